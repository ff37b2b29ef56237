import type { IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../model/clock.js';
import { FcError, UnreachableError } from '../model/errors.js';
import { HeaderLines } from '../model/headers.js';
import type { JudgedRoundTrip } from './report.js';

/** A request and its answer. The header lines are as sent and received. */
export interface RoundTrip {
  readonly method: string;
  readonly url: URL;
  readonly sent: Readonly<Record<string, string>>;
  readonly status: number;
  readonly headers: HeaderLines;
  /** The first 64 KiB. */
  readonly body: string;
}

/** The parts of a request other than its headers. */
export interface RequestOptions {
  /** GET by default. */
  readonly method?: string;
  readonly body?: string;
  /** Does not read the body of the answer, for example because a stream does not end by itself. */
  readonly headOnly?: boolean;
  /** Default: more than the default start limit of an instance. */
  readonly limitMs?: number;
}

interface RoundTripOptions extends RequestOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

const ANSWER_LIMIT_MS = 150_000;
const BODY_LIMIT_BYTES = 64 * 1024;
const SHOWN_BODY_CHARACTERS = 500;

const UNREACHABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]);

/**
 * Sends one request on a connection of its own.
 * @throws UnreachableError when nothing answers; BadResponse when the answer is incomplete or not HTTP
 */
export function roundTrip({
  url,
  headers,
  clock,
  signal,
  method = 'GET',
  body: sentBody,
  headOnly = false,
  limitMs = ANSWER_LIMIT_MS,
}: RoundTripOptions): Promise<RoundTrip> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const outgoing = send(url, { method, headers, agent: false, signal });
    const stopWaiting = clock.wakeAt(clock.now() + limitMs, () => {
      const late = new Error(`no answer in ${limitMs / 1000} s`);
      const isConnected = outgoing.socket?.connecting === false;
      outgoing.destroy(isConnected ? late : Object.assign(late, { code: 'ETIMEDOUT' }));
    });
    const fail = (error: unknown): void => {
      stopWaiting();
      reject(signal?.aborted ? signal.reason : asTargetError(error, url));
    };
    outgoing.on('error', fail);
    const answer = (response: IncomingMessage, body: string): void => {
      stopWaiting();
      const { statusCode: status = 0, rawHeaders } = response;
      resolve({ method, url, sent: headers, status, headers: new HeaderLines(rawHeaders), body });
    };
    outgoing.on('response', (response) => {
      if (headOnly) {
        answer(response, '');
        response.destroy();
      } else readStart(response).then((body) => answer(response, body), fail);
    });
    outgoing.on('upgrade', (response, socket) => {
      answer(response, '');
      socket.destroy();
    });
    outgoing.end(sentBody);
  });
}

/** @returns `status 200`, or another status with the code and message of an FC error, or with the start of the body */
export function describeAnswer({ status, body }: Pick<RoundTrip, 'status' | 'body'>): string {
  if (status === 200) return 'status 200';
  const error = errorOf(body);
  if (error !== undefined) return `status ${status}, ${error.code}: ${error.message}`;
  return body === '' ? `status ${status}` : `status ${status}: ${body.slice(0, SHOWN_BODY_CHARACTERS)}`;
}

/** @returns the error of Function Compute in the body, which has the form `{"Code":…,"Message":…}` */
export function errorOf(body: string): { readonly code: string; readonly message: string } | undefined {
  try {
    const { Code: code, Message: message } = JSON.parse(body) ?? {};
    return typeof code === 'string' && typeof message === 'string' ? { code, message } : undefined;
  } catch {
    return undefined;
  }
}

/** @returns the round trip as text for a report */
export function judgedRoundTrip({ method, url, sent, status, headers, body }: RoundTrip): JudgedRoundTrip {
  const lines: string[] = [];
  for (let at = 0; at < headers.flat.length; at += 2) {
    lines.push(`${headers.flat[at]}: ${headers.flat[at + 1]}`);
  }
  return {
    request: {
      method,
      url: url.href,
      headers: Object.entries(sent).map(([name, value]) => `${name}: ${value}`),
    },
    response: { status, headers: lines, bodyStart: body.slice(0, SHOWN_BODY_CHARACTERS) },
  };
}

async function readStart(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    // The end of the loop destroys the response, so an endless body does not block.
    if (bytes >= BODY_LIMIT_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, BODY_LIMIT_BYTES);
}

function asTargetError(error: unknown, url: URL): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const what = error instanceof Error && error.message !== '' ? error.message : code;
  if (UNREACHABLE.has(code)) {
    return new UnreachableError(`nothing answers at ${url.origin} (${what})`, {
      cause: error,
      fix: 'start it with "fc-affinity serve", or give another --target',
    });
  }
  return new FcError('BadResponse', `${url.origin} did not answer as HTTP: ${what}`, { cause: error });
}
