import { nearest } from '../../model/nearest.js';
import { dig, type Located, type LocatedMap, locate, type Place, plain } from '../located.js';
import { Complaint } from '../problem.js';

/** The functions that an expression may call; see {@link createFunctions}. */
export type ExpressionFunctions = ReadonlyMap<string, (argument: unknown, second: unknown) => unknown>;

/** The names in an expression. */
export interface Scope {
  /** `vars`, `resources`, `that` (which is also `this`), `cwd`, … */
  readonly values: LocatedMap;
  readonly functions: ExpressionFunctions;
}

/** The characters that a path cannot contain. */
const JAVASCRIPT = /[\s()[\]'"`|&?<>=!+*/%,;:]/;
/** Literals, for example `true` and `5`. */
const LITERALS: ReadonlyMap<string, unknown> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', undefined],
]);

/**
 * Evaluates the text in `${…}`: a path (`vars.a.b`, the keys of which may hold dashes), or a call (`env('NAME', 'default')`,
 * `json(file('./x.json')).key`). Serverless Devs runs JavaScript there. The emulator evaluates only these two forms.
 * @param code the text between the braces
 * @param at the place for values without their own place
 * @throws Complaint
 */
export function evaluate(code: string, scope: Scope, at: Place): Located {
  const found = /\(.*\)/.test(code) ? locate(callOf(code, scope), at) : valueAt(code, scope);
  if (found === undefined || (found.kind === 'scalar' && found.value === null))
    throw new Complaint(
      'unresolved-expression',
      `there is no ${code} for \${${code}}`,
      suggestion(code, scope),
    );
  // A complaint about a scalar gets the place of its use. The parts of a map keep their places.
  return found.kind === 'scalar' ? { ...found, at, placeOf: () => at } : found;
}

function valueAt(code: string, scope: Scope): Located | undefined {
  const [first = '', ...rest] = code.split('.');
  if (/^(resources|components)\.[^.]+\.(output|info)(\.|$)/.test(code))
    throw new Complaint(
      'known-after-deployment',
      `\${${code}} is known after a deployment, and there is none`,
      `give it a value for now, as \${env('NAME', 'value')}`,
    );
  const found = dig(scope.values, [first, ...rest]);
  if (found !== undefined) return found;
  if (rest.length === 0 && /^-?\d+(\.\d+)?$/.test(code)) return locate(Number(code), scope.values.at);
  if (LITERALS.has(code)) return locate(LITERALS.get(code), scope.values.at);
  if (code === '' || JAVASCRIPT.test(code)) throw notEvaluated(code);
  return undefined;
}

/** `env(NAME)` is `env('NAME')`: without quotes the whole argument is a text. */
function callOf(code: string, scope: Scope): unknown {
  const isQuoted = /'.+'|".+"/.test(code);
  return new Call(isQuoted ? code : code.replace(/\((.+)\)/, "('$1')"), { code, scope }).evaluate();
}

type Token = { readonly kind: 'text' | 'number' | 'name' | 'mark'; readonly text: string };
const TOKENS =
  /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d+)?)|([A-Za-z_$][\w$]*)|([().,[\]]))/y;

/** Evaluates a call and the path after it, token by token. */
class Call {
  readonly #code: string;
  readonly #scope: Scope;
  readonly #tokens: Token[];
  #next = 0;

  constructor(text: string, { code, scope }: { readonly code: string; readonly scope: Scope }) {
    this.#code = code;
    this.#scope = scope;
    this.#tokens = this.#split(text.trimEnd());
  }

  evaluate(): unknown {
    const value = this.#value(0);
    if (this.#next < this.#tokens.length) throw notEvaluated(this.#code);
    return value;
  }

  #split(text: string): Token[] {
    const tokens: Token[] = [];
    TOKENS.lastIndex = 0;
    while (TOKENS.lastIndex < text.length) {
      const match = TOKENS.exec(text);
      if (match === null) throw notEvaluated(this.#code);
      const [, single, double, number, name, mark = ''] = match;
      const quoted = single ?? double;
      if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replaceAll(/\\(.)/g, '$1') });
      else if (number !== undefined) tokens.push({ kind: 'number', text: number });
      else if (name !== undefined) tokens.push({ kind: 'name', text: name });
      else tokens.push({ kind: 'mark', text: mark });
    }
    return tokens;
  }

  #value(depth: number): unknown {
    if (depth > 20) throw notEvaluated(this.#code);
    let value = this.#first(depth);
    while (this.#take('.') || this.#peek('[')) {
      const key = this.#take('[') ? String(this.#value(depth + 1)) : this.#tokens[this.#next++]?.text;
      if (this.#tokens[this.#next - 2]?.text === '[' && !this.#take(']')) throw notEvaluated(this.#code);
      value =
        key !== undefined && isObject(value) && Object.hasOwn(value, key)
          ? Reflect.get(value, key)
          : undefined;
    }
    return value;
  }

  #first(depth: number): unknown {
    const token = this.#tokens[this.#next++];
    if (token === undefined || token.kind === 'mark') throw notEvaluated(this.#code);
    if (token.kind === 'text') return token.text;
    if (token.kind === 'number') return Number(token.text);
    const call = this.#scope.functions.get(token.text);
    if (!this.#take('(')) {
      if (LITERALS.has(token.text)) return LITERALS.get(token.text);
      const found = dig(this.#scope.values, [token.text]);
      return found === undefined ? undefined : plain(found);
    }
    if (call === undefined) throw notEvaluated(this.#code, nearestFunction(token.text, this.#scope));
    const given: unknown[] = [];
    while (!this.#take(')')) {
      if (given.length > 0 && !this.#take(',')) throw notEvaluated(this.#code);
      given.push(this.#value(depth + 1));
    }
    return call(given[0], given[1]);
  }

  #peek(mark: string): boolean {
    const token = this.#tokens[this.#next];
    return token?.kind === 'mark' && token.text === mark;
  }

  #take(mark: string): boolean {
    if (!this.#peek(mark)) return false;
    this.#next += 1;
    return true;
  }
}

function notEvaluated(code: string, fix?: string): Complaint {
  return new Complaint(
    'not-evaluated',
    `\${${code}} is not evaluated: it is JavaScript, and only paths and env, file, json, yaml, path, str, base64 and config are`,
    fix,
  );
}

function nearestFunction(name: string, { functions }: Scope): string | undefined {
  const meant = nearest(name, [...functions.keys()]);
  return meant === undefined ? undefined : `did you mean ${meant}?`;
}

/** @returns the nearest key for the first unknown step of a path */
function suggestion(code: string, { values }: Scope): string | undefined {
  if (/[^\w$.-]/.test(code)) return undefined;
  const path = code.split('.');
  for (let length = 1; length <= path.length; length++) {
    const above = dig(values, path.slice(0, length - 1));
    if (above?.kind !== 'map') return undefined;
    const key = path[length - 1] ?? '';
    if (above.entries.has(key)) continue;
    const meant = nearest(key, [...above.entries.keys()]);
    if (meant === undefined) return undefined;
    const right = [...path.slice(0, length - 1), meant, ...path.slice(length)].join('.');
    return `did you mean \${${right.replace(/^that\./, 'this.')}}?`;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
