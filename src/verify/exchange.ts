import type { IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../model/clock.js';
import { FcError, UnreachableError } from '../model/errors.js';
import { HeaderLines } from '../model/headers.js';
import type { JudgedExchange } from './report.js';

/** A GET and its answer, header lines as they stood on the wire. */
export interface Exchange {
  readonly url: URL;
  readonly sent: Readonly<Record<string, string>>;
  readonly status: number;
  readonly headers: HeaderLines;
  /** The first 64 KiB. */
  readonly body: string;
}

interface ExchangeOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** Longer than an instance may take to start. */
const ANSWER_LIMIT_MS = 150_000;
const BODY_LIMIT_BYTES = 64 * 1024;
const SHOWN_BODY_CHARACTERS = 500;

const NOBODY_THERE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]);

/**
 * Sends one GET on a connection of its own.
 * @throws UnreachableError when nobody answers; BadResponse when the answer was cut off or is not HTTP
 */
export function exchange({ url, headers, clock, signal }: ExchangeOptions): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const outgoing = send(url, { method: 'GET', headers, agent: false, signal });
    const stopWaiting = clock.wakeAt(clock.now() + ANSWER_LIMIT_MS, () => {
      outgoing.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
    });
    const fail = (error: unknown): void => {
      stopWaiting();
      reject(signal?.aborted ? signal.reason : asTargetError(error, url));
    };
    outgoing.on('error', fail);
    outgoing.on('response', (response) => {
      readStart(response).then((body) => {
        stopWaiting();
        resolve({
          url,
          sent: headers,
          status: response.statusCode ?? 0,
          headers: new HeaderLines(response.rawHeaders),
          body,
        });
      }, fail);
    });
    outgoing.end();
  });
}

/** @returns the exchange in a form to show */
export function judgedExchange({ url, sent, status, headers, body }: Exchange): JudgedExchange {
  const lines: string[] = [];
  for (let at = 0; at < headers.flat.length; at += 2) {
    lines.push(`${headers.flat[at]}: ${headers.flat[at + 1]}`);
  }
  return {
    request: {
      method: 'GET',
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
    // Leaving the loop destroys the response, so an endless body costs no more than its start.
    if (bytes >= BODY_LIMIT_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, BODY_LIMIT_BYTES);
}

function asTargetError(error: unknown, url: URL): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const what = error instanceof Error && error.message !== '' ? error.message : code;
  if (NOBODY_THERE.has(code)) {
    return new UnreachableError(`nothing answers at ${url.origin} (${what})`, {
      cause: error,
      fix: 'start it with "fc-affinity serve", or give another --target',
    });
  }
  return new FcError('BadResponse', `${url.origin} did not answer as HTTP: ${what}`, { cause: error });
}
