import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { AccessKey } from './access-key.js';
import { type Acs3Form, canonicalRequests, type SignableRequest } from './acs3-canonical.js';
import { FcError } from './errors.js';

const ALGORITHM = 'ACS3-HMAC-SHA256';

/** How far the date of a signed request may lie from the real time, in milliseconds. */
export const SIGNATURE_WINDOW_MS = 15 * 60 * 1000;

/** Function Compute's text (spec §5.4). */
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your access key and signing method';

/** The parts of an Authorization header. */
export interface Acs3Authorization {
  readonly accessKeyId: string;
  /** In lower case, in the order of the header. */
  readonly signedHeaders: readonly string[];
  /** 64 hexadecimal digits in lower case. */
  readonly signature: string;
}

const AUTHORIZATION =
  /^ACS3-HMAC-SHA256 +Credential=([^,\s]{1,256}), *SignedHeaders=([a-z0-9_;-]{1,4096}), *Signature=([0-9a-f]{64})$/;

/** @returns undefined for a header that is no signature by ACS3-HMAC-SHA256 */
export function parseAuthorization(header: string): Acs3Authorization | undefined {
  const [, accessKeyId, names, signature] = AUTHORIZATION.exec(header) ?? [];
  if (accessKeyId === undefined || names === undefined || signature === undefined) return undefined;
  return { accessKeyId, signedHeaders: names.split(';'), signature };
}

export function formatAuthorization({ accessKeyId, signedHeaders, signature }: Acs3Authorization): string {
  return `${ALGORITHM} Credential=${accessKeyId},SignedHeaders=${signedHeaders.join(';')},Signature=${signature}`;
}

/**
 * Checks a signed request against the pair of keys: who signed, the signature over all that it covers, then the date. What else a
 * caller asks for (a nonce, the hash of the body) it checks afterwards, of a request that is then known to be genuine.
 * @param now the real time in milliseconds, not the time of the session clock
 * @returns the instant at which the request was signed
 * @throws InvalidAccessKeyID, SignatureNotMatch, also for a date that is too far from `now`
 */
export function checkSignature(
  authorization: Acs3Authorization,
  {
    form,
    request,
    key,
    now,
  }: {
    readonly form: Acs3Form;
    readonly request: SignableRequest;
    readonly key: AccessKey;
    readonly now: number;
  },
): number {
  if (authorization.accessKeyId !== key.accessKeyId) {
    throw new FcError('InvalidAccessKeyID', `invalid access key ID '${authorization.accessKeyId}'`);
  }
  const canonical = canonicalRequests(form, request, authorization.signedHeaders);
  if (!canonical.some((one) => isEqual(signatureOf(key.accessKeySecret, one), authorization.signature))) {
    throw new FcError('SignatureNotMatch', MISMATCH);
  }
  const text = request.headers.get('x-acs-date') ?? '';
  const signedAt = parseSignatureDate(text);
  if (signedAt === undefined) {
    throw new FcError(
      'SignatureNotMatch',
      `x-acs-date must be a time as 2026-11-25T18:00:00Z, got ${JSON.stringify(text)}`,
    );
  }
  checkAge(signedAt, now);
  return signedAt;
}

/** In constant time. */
function isEqual(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** @returns the signature of a canonical request, in hexadecimal digits */
export function signatureOf(secret: string, canonicalRequest: string): string {
  return createHmac('sha256', secret).update(stringToSign(canonicalRequest)).digest('hex');
}

function stringToSign(canonicalRequest: string): string {
  return `${ALGORITHM}\n${sha256(canonicalRequest)}`;
}

/** @returns the payload hash of a body, in hexadecimal digits */
export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * @param text the header `x-acs-date`; the samples of the vendor write seconds, milliseconds or nanoseconds
 * @returns milliseconds since 1970, or undefined for another form
 */
function parseSignatureDate(text: string): number | undefined {
  const [, seconds, fraction = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?Z$/.exec(text) ?? [];
  if (seconds === undefined) return undefined;
  const instant = Date.parse(`${seconds}${fraction.slice(0, 4)}Z`);
  return Number.isNaN(instant) ? undefined : instant;
}

/** Raises Function Compute's message for a date outside the window; the page that has it names no code. */
function checkAge(signedAt: number, now: number): void {
  if (Math.abs(signedAt - now) <= SIGNATURE_WINDOW_MS) return;
  const [asked, current] = [signedAt, now].map((instant) => new Date(instant).toUTCString());
  throw new FcError(
    'SignatureNotMatch',
    `the difference between the request time '${asked}' and the current time '${current}' is too large`,
  );
}
