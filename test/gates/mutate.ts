import {
  ENCODINGS,
  EOLS,
  EXTRAS,
  INNER,
  LENGTHS,
  METHODS,
  NAMES,
  SIZES,
  SPACES,
  TARGETS,
  VERSIONS,
} from './spellings.js';

/** Gives a whole number from 0 up to, not including, `limit`. */
export type Next = (limit: number) => number;

/** The same numbers for the same seed (mulberry32). */
export function mutantsFrom(seed: number): Next {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

interface Draft {
  method: string;
  readonly target: string;
  version: string;
  eol: string;
  readonly lines: string[];
  body: string;
}

type Mutation = (draft: Draft, next: Next) => void;

const ON_DRAFT: readonly Mutation[] = [
  (draft, next) => draft.lines.push(`Content-Length:${pick(SPACES, next)}${pick(LENGTHS, next)}`),
  (draft, next) => draft.lines.push(`Transfer-Encoding:${pick(SPACES, next)}${pick(ENCODINGS, next)}`),
  (draft, next) =>
    insert(draft.lines, `${pick(NAMES, next)}:${pick(SPACES, next)}${next(2) ? '5' : 'chunked'}`, next),
  (draft, next) => insert(draft.lines, pick(EXTRAS, next), next),
  (draft, next) => insert(draft.lines, draft.lines[next(draft.lines.length)] ?? '', next),
  (draft, next) => change(draft.lines, next, (line) => line.replace(':', `${pick(SPACES, next)}:`)),
  (draft, next) => change(draft.lines, next, (line) => line.replace(': ', `:${pick(SPACES, next)}`)),
  (draft, next) => change(draft.lines, next, (line) => `${line}${pick(SPACES, next)}`),
  (draft, next) => change(draft.lines, next, (line) => `${line}${pick(EOLS, next)}X: y`),
  (draft, next) => change(draft.lines, next, (line) => line.replace(/: ?/, `:${pick(EOLS, next)}`)),
  (draft, next) => void draft.lines.splice(next(draft.lines.length), 1),
  (draft, next) => {
    draft.eol = pick(['\n', '\r\n', '\r', '\r\n'], next);
  },
  (draft, next) => {
    draft.body = draft.body.replace(/^[^\r]*/, pick(SIZES, next));
  },
  (draft, next) => {
    draft.body = `${pick(SIZES, next)}\r\nabc${pick(['\r\n', '\n', '', '\r', 'XX', '\r\n\r\n'], next)}0\r\n\r\n`;
  },
  (draft, next) => {
    draft.body = pick(
      ['', '0\r\n\r\n', INNER, `0\r\n\r\n${INNER}`, `0\r\nX: y\r\n\r\n${INNER}`, 'abcde'],
      next,
    );
  },
  (draft, next) => {
    draft.method = pick([...METHODS, 'get', 'POST ', 'G\0T', 'CONNECT', 'TRACE', ''], next);
  },
  (draft, next) => {
    draft.version = pick(VERSIONS, next);
  },
];

/**
 * A valid request, by length, in chunks or without a body, with one to three things changed; some have a few bytes changed besides.
 * @param token begins its path, so that it can be told from all others
 */
export function mutant(token: string, next: Next): string {
  const draft = validDraft(token, next);
  for (let left = 1 + next(3); left > 0; left -= 1) pick(ON_DRAFT, next)(draft, next);
  const target = `${draft.target}${next(12) === 0 ? pick(TARGETS, next) : ''}`;
  const head = [`${draft.method} ${target} ${draft.version}`, ...draft.lines].join(draft.eol);
  const bytes = `${head}${draft.eol}${draft.eol}${draft.body}`;
  return next(4) === 0 ? withBytesChanged(bytes, token, next) : bytes;
}

function validDraft(token: string, next: Next): Draft {
  const kind = next(3);
  const inner = next(2) === 0 ? 'abcde' : INNER;
  const framing = ['X-None: 1', `Content-Length: ${inner.length}`, 'Transfer-Encoding: chunked'][kind] ?? '';
  const body = ['', inner, `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`][kind] ?? '';
  return {
    method: pick(METHODS, next),
    target: `/${token}`,
    version: 'HTTP/1.1',
    eol: '\r\n',
    lines: ['Host: localhost', 'X-Before: 1', framing, 'X-Behind: 1'],
    body,
  };
}

/** The token stays whole: it names the request for the oracle. */
function withBytesChanged(bytes: string, token: string, next: Next): string {
  const start = bytes.indexOf(token) + token.length;
  const at = start + next(Math.max(1, bytes.length - start));
  const byte = String.fromCharCode(pick([0, 9, 10, 13, 32, 44, 48, 58, 59, 127, 128, 255, next(256)], next));
  const removed = next(3) === 0 ? 0 : 1;
  return `${bytes.slice(0, at)}${next(3) === 0 ? '' : byte}${bytes.slice(at + removed)}`;
}

function pick<T>(from: readonly [T, ...T[]] | readonly T[], next: Next): T {
  const picked = from[next(from.length)];
  if (picked === undefined) throw new Error('there is nothing to pick from');
  return picked;
}

function insert(lines: string[], line: string, next: Next): void {
  lines.splice(next(lines.length + 1), 0, line);
}

function change(lines: string[], next: Next, how: (line: string) => string): void {
  const at = next(Math.max(1, lines.length));
  lines[at] = how(lines[at] ?? 'X: y');
}
