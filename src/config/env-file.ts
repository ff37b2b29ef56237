import { FcError } from '../model/errors.js';

const NAME = /^(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/**
 * Reads `NAME=value` lines. `#` begins a comment, and `export ` may come first. A value in '…', "…" or `…` may continue
 * over several lines. "…" may contain the escapes \n \r \t \" \\. References are not expanded.
 * @param file its name, for the messages
 * @throws InvalidArgument, beginning with `file:line:column:`
 */
export function parseEnvFile(text: string, file: string): Record<string, string> {
  const variables: Record<string, string> = {};
  const source = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  let at = 0;
  while (at < source.length) {
    at = skip(source, at, /[ \t\n]*/y);
    if (at >= source.length) break;
    if (source[at] === '#') {
      at = endOfLine(source, at);
      continue;
    }
    const [begin, name] = NAME.exec(source.slice(at, endOfLine(source, at))) ?? [];
    if (begin === undefined || name === undefined)
      throw complaint(source, at, file, 'a line is NAME=value, the name letters, digits or "_"');
    at += begin.length;
    const value = readValue(source, at, file);
    variables[name] = value.text;
    at = value.end;
  }
  return variables;
}

function readValue(source: string, at: number, file: string): { text: string; end: number } {
  const quote = source[at];
  if (quote !== '"' && quote !== "'" && quote !== '`') {
    const end = endOfLine(source, at);
    const line = source.slice(at, end);
    return { text: line.startsWith('#') ? '' : line.replace(/[ \t]#.*$/, '').trim(), end };
  }
  const close = closingQuote(source, at + 1, quote);
  if (close < 0) throw complaint(source, at, file, `the ${quote} that begins here is never closed`);
  const rest = skip(source, close + 1, /[ \t]*/y);
  const end = endOfLine(source, rest);
  if (rest < end && source[rest] !== '#')
    throw complaint(source, rest, file, `nothing but a comment may follow the closing ${quote}`);
  const inside = source.slice(at + 1, close);
  return { text: quote === '"' ? unescaped(inside) : inside, end };
}

function closingQuote(source: string, from: number, quote: string): number {
  for (let at = from; at < source.length; at++) {
    if (source[at] === quote) return at;
    if (quote === '"' && source[at] === '\\') at++;
  }
  return -1;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (whole, character: string) => ESCAPES[character] ?? whole);
}

function endOfLine(source: string, at: number): number {
  const end = source.indexOf('\n', at);
  return end < 0 ? source.length : end;
}

function skip(source: string, at: number, pattern: RegExp): number {
  pattern.lastIndex = at;
  return at + (pattern.exec(source)?.[0].length ?? 0);
}

function complaint(source: string, at: number, file: string, expected: string): FcError {
  const before = source.slice(0, at).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  const found = source.slice(at, Math.min(endOfLine(source, at), at + 40));
  return new FcError(
    'InvalidArgument',
    `${file}:${before.length}:${column}: ${expected}, got ${JSON.stringify(found)}`,
  );
}
