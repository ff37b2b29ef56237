import type { IncomingMessage } from 'node:http';
import type { AccessKey } from '../model/access-key.js';
import { FcError } from '../model/errors.js';
import { HeaderLines } from '../model/headers.js';
import { CONSOLE_KEY_HEADER, type ConsoleKeys } from './console-keys.js';
import { NonceMemory } from './nonce-memory.js';

/** Checks that a body matches its signature. @throws SignatureNotMatch */
export type PayloadCheck = (body: Uint8Array) => void;

/**
 * Checks who sent a request, before it learns anything else.
 * @returns what the body must pass before it is used; undefined where bodies need not be read for it
 * @throws MissingRequiredHeader, InvalidArgument, InvalidAccessKeyID, SignatureNotMatch
 */
export type Authenticate = (request: IncomingMessage) => Promise<PayloadCheck | undefined>;

/** Without these in the signature, a request could be sent again with another body, date or receiver. */
const MUST_BE_SIGNED = ['host', 'x-acs-date', 'x-acs-content-sha256', 'x-acs-signature-nonce'] as const;
const LONGEST_NONCE = 128;

/**
 * @param key without it every request is let in, with no signature or any well-formed one; else every request must be signed with it,
 * except `GET /_emulator/v1/health` and those of the console
 * @param now the host's time in milliseconds, which also passes while the machine sleeps
 */
export function createAuthentication(
  key: AccessKey | undefined,
  {
    now,
    nonces = new NonceMemory(),
    consoleKeys,
  }: {
    readonly now: () => number;
    readonly nonces?: NonceMemory;
    readonly consoleKeys?: ConsoleKeys | undefined;
  },
): Authenticate {
  return async (request) => {
    const headers = new HeaderLines(request.rawHeaders);
    const given = headers.all('authorization');
    if (key === undefined && given.length === 0) return undefined;
    if (key !== undefined && isHealth(request)) return undefined;
    if (key !== undefined && consoleKeys !== undefined && given.length === 0) {
      if (isKeyExchange(request)) return undefined;
      const consoleKey = headers.get(CONSOLE_KEY_HEADER);
      if (consoleKey !== undefined) {
        consoleKeys.check(consoleKey);
        return undefined;
      }
    }
    // Loaded by the first signed request: an emulator without keys starts faster.
    const { checkSignature, parseAuthorization, sha256, SIGNATURE_WINDOW_MS } = await import(
      '../model/acs3-signature.js'
    );
    const [header] = given;
    if (header === undefined) throw missing('Authorization');
    const authorization = given.length === 1 ? parseAuthorization(header) : undefined;
    if (authorization === undefined) throw malformed(given.length);
    if (key === undefined) return undefined;

    for (const name of MUST_BE_SIGNED) {
      if (authorization.signedHeaders.includes(name)) continue;
      throw headers.has(name) ? unsigned(name) : missing(name);
    }
    const signed = { method: request.method ?? '', target: request.url ?? '', headers };
    const signedAt = checkSignature(authorization, { form: 'api', request: signed, key, now: now() });
    const nonce = headers.get('x-acs-signature-nonce') ?? '';
    if (nonce === '') throw missing('x-acs-signature-nonce');
    if (nonce.length > LONGEST_NONCE) {
      throw refused(
        `x-acs-signature-nonce must have at most ${LONGEST_NONCE} characters, got ${nonce.length}`,
      );
    }
    if (!nonces.take(nonce, { signedAt, oldest: now() - SIGNATURE_WINDOW_MS })) {
      throw refused(
        `x-acs-signature-nonce ${JSON.stringify(nonce)} was used before: every request needs a new one`,
      );
    }
    const hash = headers.get('x-acs-content-sha256');
    return (body) => {
      if (sha256(body) === hash) return;
      throw refused('the body is not the one that was signed: its SHA-256 is not x-acs-content-sha256');
    };
  };
}

/** What load balancers and `depends_on` ask; it shows only that the emulator runs. */
function isHealth({ method, url = '' }: IncomingMessage): boolean {
  return method === 'GET' && /^\/_emulator\/v1\/health(\?|$)/.test(url);
}

/** The token in its body lets the console in. */
function isKeyExchange({ method, url = '' }: IncomingMessage): boolean {
  return method === 'POST' && url === '/_emulator/v1/console/keys';
}

function missing(name: string): FcError {
  return new FcError('MissingRequiredHeader', `required HTTP header ${name} was not specified`);
}

/** The header is not echoed: it may hold a password of another scheme. */
function malformed(lines: number): FcError {
  const form = 'ACS3-HMAC-SHA256 Credential=…,SignedHeaders=…,Signature=…';
  const got = lines === 1 ? 'another form' : `${lines} headers`;
  return new FcError('InvalidArgument', `invalid authorization: expected one "${form}", got ${got}`);
}

function unsigned(name: string): FcError {
  return refused(`the header ${name} must be signed: SignedHeaders does not name it`);
}

function refused(message: string): FcError {
  return new FcError('SignatureNotMatch', message);
}
