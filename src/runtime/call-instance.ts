import { request } from 'node:http';
import type { Clock } from '../model/clock.js';
import type { Address } from '../model/instance.js';

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Flat. */
  readonly headers: readonly string[];
  readonly timeoutInSeconds: number;
}

interface CallContext {
  /** The process clock. */
  readonly clock: Clock;
  /** Ends the call early. */
  readonly signal: AbortSignal;
}

export interface CallReply {
  readonly status: number;
  /** The begin of the body. */
  readonly text: string;
}

/** How much of a body is kept, for the message of a failure. */
const MOST_CHARACTERS = 500;

/**
 * Calls an instance on behalf of the platform: a hook, or its health check.
 * @throws Error, whose message ends a sentence that begins with the call: "did not answer within 3 s"
 */
export async function callInstance(
  { host, port }: Address,
  { method, path, headers, timeoutInSeconds }: Call,
  { clock, signal }: CallContext,
): Promise<CallReply> {
  signal.throwIfAborted();
  const lines = [...headers, 'Host', `${host.includes(':') ? `[${host}]` : host}:${port}`];
  if (method === 'POST') lines.push('Content-Length', '0');
  const outgoing = request({ host, port, method, path, headers: lines, agent: false });
  const end = (reason: Error): void => {
    outgoing.destroy(reason);
  };
  const giveUp = (): void => end(new Error('was called off'));
  const callOff = clock.wakeAt(clock.now() + timeoutInSeconds * 1000, () =>
    end(new Error(`did not answer within ${timeoutInSeconds} s`)),
  );
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      outgoing.on('error', (error: NodeJS.ErrnoException) => reject(inWords(error)));
      outgoing.on('response', (reply) => {
        let text = '';
        reply.setEncoding('utf8');
        reply.on('data', (piece: string) => {
          text = (text + piece).slice(0, MOST_CHARACTERS);
        });
        reply.on('error', reject);
        reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text }));
      });
      outgoing.end();
    });
  } finally {
    callOff();
    signal.removeEventListener('abort', giveUp);
    outgoing.destroy();
  }
}

function inWords(error: NodeJS.ErrnoException): Error {
  if (error.code === 'ECONNREFUSED') return new Error('found nobody listening', { cause: error });
  if (error.code === 'ECONNRESET')
    return new Error('was not answered: the connection was closed', { cause: error });
  return error;
}
