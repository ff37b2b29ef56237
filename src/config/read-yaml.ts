import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  type ScalarTag,
  type YAMLMap,
} from 'yaml';
import type { Located, LocatedEntry, LocatedMap, Place } from './located.js';
import type { Tell } from './problem.js';
import type { Rule } from './rules.js';

/** Deeper nests are refused (quality T22). */
const MOST_NESTED = 100;
/** The most tokens in one file, and the most values after aliases are followed. */
const MOST_LEXEMES = 100_000;
const MOST_VALUES = 50_000;

/** Serverless Devs reads `0b11` as a number. */
const BINARY: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  identify: () => false,
  default: true,
  test: /^[-+]?0b[01]+$/,
  resolve: (text) => Number(text.replace(/^[-+]/, '')) * (text.startsWith('-') ? -1 : 1),
};

interface Reading {
  readonly text: string;
  readonly file: string;
  readonly tell: Tell;
}

/**
 * Reads one YAML document, or JSON, as values with their places. Refuses attacks: unknown tags,
 * aliases that multiply, `__proto__`, nests deeper than 100.
 * @returns undefined after a problem was reported
 */
export function readYaml({ text, file, tell }: Reading): Located | undefined {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const refuse = (rule: Rule, message: string, offset: number): undefined => {
    tell({ rule, level: 'error', message, at: placeAt(offset) });
    return undefined;
  };
  const tokens = tokensOf(text, lines, refuse);
  if (tokens === undefined) return undefined;
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: true,
    // The parser compares keys in pairs. `Reader` finds duplicates in one pass.
    uniqueKeys: false,
    customTags: (tags) => [...tags, BINARY],
    lineCounter: lines,
  });
  const [document, second] = composer.compose(tokens, true, text.length);
  for (const { message, pos } of document?.errors ?? [])
    return refuse('yaml-syntax', firstLine(message), pos[0]);
  for (const { message, pos } of document?.warnings ?? [])
    return refuse('yaml-syntax', firstLine(message), pos[0]);
  if (second !== undefined)
    return refuse('yaml-syntax', 'a file holds one document, a second one begins here', second.range[0]);
  if (document === undefined || document.contents === null)
    return refuse('yaml-syntax', 'the file is empty', 0);
  try {
    return new Reader(document, text, placeAt).read();
  } catch (error) {
    if (error instanceof Refusal) return refuse('yaml-syntax', error.message, error.offset);
    throw error;
  }
}

type Refuse = (rule: Rule, message: string, offset: number) => undefined;
type Tokens = ReturnType<Parser['parse']> extends Generator<infer T> ? T[] : never;

/** Measures the nesting before the composer runs, because the composer is recursive. */
function tokensOf(text: string, lines: LineCounter, refuse: Refuse): Tokens | undefined {
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  const tokens: Tokens = [];
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > MOST_NESTED + 1)
      return refuse('yaml-syntax', `values are nested deeper than ${MOST_NESTED}`, parser.offset);
    count += 1;
    if (count > MOST_LEXEMES) return refuse('yaml-syntax', 'the file holds too many values', parser.offset);
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

class Refusal extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

class Reader {
  readonly #document: Document.Parsed;
  readonly #text: string;
  readonly #placeAt: (offset: number) => Place;
  /** @returns the node of an alias: the last node with that anchor before the alias */
  readonly #anchors = new Map<string, Node>();
  #count = 0;

  constructor(document: Document.Parsed, text: string, placeAt: (offset: number) => Place) {
    this.#document = document;
    this.#text = text;
    this.#placeAt = placeAt;
  }

  /** @throws Refusal */
  read(): Located {
    return this.#value(this.#document.contents, 0, 0);
  }

  #value(node: Node | null | undefined, offset: number, depth: number): Located {
    const start = node?.range?.[0] ?? offset;
    const at = this.#placeAt(start);
    this.#count += 1;
    if (this.#count > MOST_VALUES) throw new Refusal('aliases make too many values', start);
    if (depth > MOST_NESTED) throw new Refusal(`values are nested deeper than ${MOST_NESTED}`, start);
    if (node === null || node === undefined)
      return { kind: 'scalar', value: null, at, isPlain: true, placeOf: () => at };
    if (!isAlias(node) && node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target === undefined) throw new Refusal(`there is no anchor "${node.source}"`, start);
      return this.#value(target, start, depth + 1);
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => this.#value(item as Node | null, start, depth + 1));
      return { kind: 'list', items, at };
    }
    if (isMap(node)) return this.#map(node, at, depth);
    if (!isScalar(node)) throw new Refusal('this is not a value', start);
    const { value } = node;
    if (value !== null && !['string', 'number', 'boolean'].includes(typeof value))
      throw new Refusal(`a value of the type ${node.tag ?? typeof value} is not supported`, start);
    const raw = this.#text.slice(start, node.range?.[1] ?? start);
    return {
      kind: 'scalar',
      value: value as string | number | boolean | null,
      at,
      isPlain: node.type === 'PLAIN',
      placeOf: (part) => this.#placeAt(start + Math.max(raw.indexOf(part), 0)),
    };
  }

  #map(node: YAMLMap, at: Place, depth: number): LocatedMap {
    const own = new Map<string, LocatedEntry>();
    const merged = new Map<string, LocatedEntry>();
    for (const pair of node.items) {
      if (!isPair(pair)) continue;
      const keyNode = pair.key as Node | null;
      const offset = keyNode?.range?.[0] ?? node.range?.[0] ?? 0;
      const value = this.#value(pair.value as Node | null, keyNode?.range?.[1] ?? offset, depth + 1);
      // The parser gives the key of a merge a symbol as its value.
      const isMerge = isScalar(keyNode) && typeof keyNode.value === 'symbol';
      if (!isMerge) {
        const key = this.#key(keyNode, offset, depth);
        if (own.has(key)) throw new Refusal(`the key ${JSON.stringify(key)} is given twice`, offset);
        own.set(key, { keyAt: this.#placeAt(offset), value });
        continue;
      }
      for (const source of value.kind === 'list' ? value.items : [value]) {
        if (source.kind !== 'map') throw new Refusal('"<<" merges maps only', offset);
        for (const [name, entry] of source.entries) if (!merged.has(name)) merged.set(name, entry);
      }
    }
    return { kind: 'map', entries: new Map([...merged, ...own]), at };
  }

  #key(node: Node | null, offset: number, depth: number): string {
    const located = this.#value(node, offset, depth + 1);
    if (located.kind !== 'scalar') throw new Refusal('a key must be a text', offset);
    const key = String(located.value);
    if (key === '__proto__') throw new Refusal('the key "__proto__" is not allowed', offset);
    return key;
  }
}

/** Cuts off the source lines that the parser adds to its message. */
function firstLine(message: string): string {
  const [line = ''] = message.split('\n');
  return line.replace(/ at line \d+, column \d+:?$/, '');
}
