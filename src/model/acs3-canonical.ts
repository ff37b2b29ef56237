import type { HeaderLines } from './headers.js';

/** Where a request is signed: for the API, or for an HTTP trigger with `authType: function`. */
export type Acs3Form = 'api' | 'trigger';

/** The parts of a request that its signature can cover. */
export interface SignableRequest {
  readonly method: string;
  /** Path and query as on the wire. */
  readonly target: string;
  readonly headers: HeaderLines;
}

/**
 * The canonical requests of ACS3-HMAC-SHA256 that a correct client may have signed: usually one. The vendor's clients differ in how they
 * write some paths and repeated query keys, so that a few requests have several.
 *
 * The payload line is the header `x-acs-content-sha256` as sent for the API, and empty for a trigger, whose body is not signed.
 * @param signedHeaders names in lower case, in the order of the Authorization header
 */
export function canonicalRequests(
  form: Acs3Form,
  { method, target, headers }: SignableRequest,
  signedHeaders: readonly string[],
): string[] {
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  const query = at < 0 ? '' : target.slice(at + 1);
  const payload = form === 'api' ? headerValue(headers, 'x-acs-content-sha256') : '';
  const rest = `${headerBlock(headers, signedHeaders)}\n${signedHeaders.join(';')}\n${payload}`;
  return pathsOf(form, path).flatMap((onePath) =>
    queriesOf(form, query).map((oneQuery) => `${method}\n${onePath}\n${oneQuery}\n${rest}`),
  );
}

function pathsOf(form: Acs3Form, path: string): string[] {
  const every = path.replaceAll('+', '%20').replaceAll('*', '%2A').replaceAll('%7E', '~');
  // Node's URL sends as %27 what the client signed as an apostrophe.
  if (form === 'api') return distinct([every, every.replaceAll('%27', "'")]);
  const dollar = (text: string): string => text.replaceAll('$', '%24');
  // openapi-util 0.3 replaces only the first of each.
  const first = path.replace('+', '%20').replace('*', '%2A').replace('%7E', '~');
  return distinct([dollar(every), dollar(first)]);
}

function queriesOf(form: Acs3Form, query: string): string[] {
  const pairs = [...new URLSearchParams(query)];
  // Every value is signed: a request cannot gain a second one.
  if (form === 'api') return [queryLine(pairs)];
  // The samples in Python and Go sign the first value of a repeated key, the one for Node the last.
  const first = new Map([...pairs].reverse());
  return distinct([queryLine([...first]), queryLine([...new Map(pairs)])]);
}

function queryLine(pairs: readonly (readonly [string, string])[]): string {
  return [...pairs]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, value]) => `${key.replaceAll(AMBIGUOUS, strictlyEncoded)}=${strictlyEncoded(value)}`)
    .join('&');
}

/** The vendor's clients do not encode keys. These characters are encoded, so that no two queries have one line. */
const AMBIGUOUS = /[\0-\x1f&=%]/g;

function strictlyEncoded(text: string): string {
  // A lone surrogate, which encodeURIComponent refuses, cannot come out of a decoded query.
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A header that is signed and absent counts as empty: some clients leave out an empty security token. */
function headerBlock(headers: HeaderLines, names: readonly string[]): string {
  return [...names]
    .sort()
    .map((name) => `${name}:${headerValue(headers, name)}\n`)
    .join('');
}

function headerValue(headers: HeaderLines, name: string): string {
  return headers
    .all(name)
    .map((value) => value.trim())
    .sort()
    .join(',');
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
