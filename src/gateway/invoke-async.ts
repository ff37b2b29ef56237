import { Readable, Writable } from 'node:stream';
import type { SessionAffinity } from '../model/affinity.js';
import { FcError } from '../model/errors.js';
import type { Exchange, ExchangeHead, ExchangeOutcome, ExchangeReply } from '../model/exchange.js';
import type { Route } from '../model/route.js';
import { bodyTooLarge } from './check-request.js';

/** The body of an asynchronous invocation (spec U51). */
export const MAX_ASYNC_BODY_BYTES = 128 * 1024;

const TASK_ID = /^[A-Za-z_][A-Za-z0-9_-]{0,127}$/;

/** An asynchronous invocation opens no session and belongs to none (G10). */
const NO_SESSION: SessionAffinity = {
  type: 'NONE',
  identify: () => ({ kind: 'none' }),
  onResponse: () => undefined,
};

/** @returns whether the request asks to be run after its reply: `X-Fc-Invocation-Type: Async` */
export function isAsync({ lines }: ExchangeHead): boolean {
  return firstValue(lines, 'x-fc-invocation-type')?.toLowerCase() === 'async';
}

/**
 * Reads the whole body and answers 202. The client may give the task ID; otherwise it is the request ID.
 * @returns the invocation, which nobody waits for; undefined when the client has left before
 * @throws InvalidArgument for a malformed task ID, EntityTooLarge, and what breaks the body
 */
export async function acceptTask(exchange: Exchange, route: Route): Promise<TaskExchange | undefined> {
  const { requestId, head } = exchange;
  const taskId = firstValue(head.lines, 'x-fc-async-task-id') ?? requestId;
  if (taskId !== requestId) checkTaskId(taskId);
  const body = await readBody(exchange);
  if (exchange.isOver) return undefined;
  const ids = ['X-Fc-Request-Id', requestId, 'X-Fc-Async-Task-Id', taskId];
  const lines = [...ids, ...route.replyLines, 'Content-Length', '0'];
  exchange.writeHead({ status: 202, reason: 'Accepted', lines }, 0);
  exchange.sink.end();
  return new TaskExchange(requestId, withoutExpectation(head), body);
}

/** The route of an invocation that nobody waits for. */
export function taskRoute(route: Route): Route {
  return { ...route, affinity: NO_SESSION };
}

/** An invocation without a client: its reply is discarded. */
export class TaskExchange implements Exchange {
  readonly requestId: string;
  readonly head: ExchangeHead;
  readonly body: Readable | undefined;
  readonly bodyError = undefined;
  readonly upgrade = undefined;
  readonly over: Promise<ExchangeOutcome>;
  readonly sink = new Writable({ write: (_chunk, _encoding, done) => done() });
  #resolve: (outcome: ExchangeOutcome) => void = () => {};
  #isOver = false;

  constructor(requestId: string, head: ExchangeHead, body: Buffer | undefined) {
    this.requestId = requestId;
    this.head = head;
    this.body = body && Readable.from([body]);
    this.over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.sink.once('finish', () => this.#end('delivered'));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  writeInterim(): void {}

  writeHead({ status }: ExchangeReply): number {
    return status;
  }

  abort(): void {
    this.#end('client-closed');
  }

  stop(): void {
    this.#end('stopped');
  }

  #end(outcome: ExchangeOutcome): void {
    this.#isOver = true;
    this.#resolve(outcome);
  }
}

/** @throws InvalidArgument */
function checkTaskId(taskId: string): void {
  if (TASK_ID.test(taskId)) return;
  throw new FcError(
    'InvalidArgument',
    `x-fc-async-task-id must be 1 to 128 letters, digits, "_" or "-", the first a letter or "_", got ${JSON.stringify(taskId.slice(0, 140))}`,
  );
}

async function readBody(exchange: Exchange): Promise<Buffer | undefined> {
  const { body, head } = exchange;
  if (body === undefined) return undefined;
  if (firstValue(head.lines, 'expect')?.toLowerCase() === '100-continue') {
    exchange.writeInterim({ status: 100, reason: 'Continue', lines: [] });
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > MAX_ASYNC_BODY_BYTES) throw bodyTooLarge(MAX_ASYNC_BODY_BYTES);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function firstValue(flat: readonly string[], name: string): string | undefined {
  for (let at = 0; at < flat.length; at += 2) {
    // Compares the length first, since every line of every request comes here.
    const given = flat[at] ?? '';
    if (given.length === name.length && given.toLowerCase() === name) return flat[at + 1];
  }
  return undefined;
}

/** The whole body has been read, so the instance needs no `Expect: 100-continue`. */
function withoutExpectation(head: ExchangeHead): ExchangeHead {
  const forwardedLines = head.forwardedLines.filter(
    (_, at, all) => all[at - (at % 2)]?.toLowerCase() !== 'expect',
  );
  return { ...head, forwardedLines };
}
