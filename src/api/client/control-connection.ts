import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type Clock, MovableClock } from '../../model/clock.js';
import { FcError } from '../../model/errors.js';
import { type Endpoint, parseEndpoint } from './parse-endpoint.js';
import { interpret, readText } from './read-reply.js';
import { isForeign, noControlApi, tooSlow, unreachable } from './unreachable.js';

export interface WireCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The parts of the path, not yet encoded. */
  readonly path: readonly string[];
  readonly query?: URLSearchParams;
  /** Sent as JSON. */
  readonly body?: object;
  /** May take as long as an instance takes to start or end. */
  readonly patient?: boolean;
  /** A status besides 2xx whose body is the answer and no error. */
  readonly alsoFine?: number;
  /** Ends this call. */
  readonly signal?: AbortSignal | undefined;
}

export interface ConnectionOptions {
  /** Where the control plane listens: `http://127.0.0.1:9001`, or without the scheme. */
  readonly endpoint: URL | string;
  /** Ends whatever is under way. */
  readonly signal?: AbortSignal;
  /** How long a question may wait; what may start or end an instance waits for as long as it takes. Default 30 s. */
  readonly timeoutMs?: number;
  /** The clock of that time; it is not the emulator's session clock. */
  readonly clock?: Clock;
}

/** A way to ask one control plane; every call has a TCP connection of its own. */
export class ControlConnection {
  readonly #endpoint: Endpoint;
  readonly #signal: AbortSignal | undefined;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  #toldTime: number | undefined;

  constructor({ endpoint, signal, timeoutMs = 30_000, clock = new MovableClock() }: ConnectionOptions) {
    this.#endpoint = parseEndpoint(endpoint);
    this.#signal = signal;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  /** The emulator's time as its last answer told it, to the second; undefined before the first. */
  get toldTime(): number | undefined {
    return this.#toldTime;
  }

  /**
   * @param key what every right answer has
   * @throws FcError as the server told it, UnreachableError
   */
  async ask<T>(call: WireCall, key: keyof T & string): Promise<T> {
    const reply = await this.#exchange(call);
    if (typeof reply !== 'object' || reply === null || !Object.hasOwn(reply, key)) {
      throw noControlApi(this.#endpoint.origin);
    }
    return reply as T;
  }

  /** The same where the answer is empty. */
  async tell(call: WireCall): Promise<void> {
    await this.#exchange(call);
  }

  /** A reply whose body is still to come; its status is 200. The caller ends it. */
  async open(call: WireCall, signal: AbortSignal): Promise<IncomingMessage> {
    const response = await this.#start(call, signal);
    const { statusCode, headers } = response;
    if (statusCode === 200 && !isForeign(headers)) return response;
    interpret(response, await readText(response), this.#endpoint.origin);
    throw noControlApi(this.#endpoint.origin);
  }

  /** Puts a failure of the socket into words; what has words already stays as it is. */
  explain(error: unknown): unknown {
    return this.#signal?.aborted ? this.#signal.reason : unreachable(this.#endpoint.origin, error);
  }

  async #exchange(call: WireCall): Promise<unknown> {
    const late = new AbortController();
    const callOff = call.patient ? undefined : this.#limit(late);
    try {
      const response = await this.#start(call, late.signal);
      return interpret(response, await readText(response), this.#endpoint.origin, call.alsoFine);
    } catch (error) {
      const ended = [late.signal, call.signal].find((signal) => signal?.aborted);
      throw ended === undefined ? this.explain(error) : ended.reason;
    } finally {
      callOff?.();
    }
  }

  #limit(late: AbortController): () => void {
    return this.#clock.wakeAt(this.#clock.now() + this.#timeoutMs, () =>
      late.abort(tooSlow(this.#endpoint.origin, this.#timeoutMs)),
    );
  }

  async #start(call: WireCall, signal: AbortSignal): Promise<IncomingMessage> {
    const { hostname, port } = this.#endpoint;
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const path = targetOf(call);
    const headers = {
      Accept: 'application/json',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
      ...(call.method === 'GET' ? {} : { 'Content-Length': Buffer.byteLength(body ?? '') }),
    };
    return new Promise((resolve, reject) => {
      // Without an agent no connection is kept alive: a short program must not wait for an idle socket.
      const options = { hostname, port, method: call.method, path, headers, agent: false };
      const request = httpRequest(options, (response) => {
        this.#toldTime = Date.parse(response.headers.date ?? '') || undefined;
        resolve(response);
      });
      request.once('error', reject);
      // Not by the request's own `signal`: Node takes a millisecond to load what that needs (quality P7).
      const giveUp = (): void => void request.destroy();
      const signals = [signal, this.#signal, call.signal].filter((each) => each !== undefined);
      for (const each of signals) each.addEventListener('abort', giveUp);
      request.once('close', () => {
        for (const each of signals) each.removeEventListener('abort', giveUp);
      });
      if (signals.some(({ aborted }) => aborted)) giveUp();
      request.end(body);
    });
  }
}

/** @throws InvalidArgument for an empty part of the path, without which it would name something else */
function targetOf({ path, query }: WireCall): string {
  if (path.includes('')) throw new FcError('InvalidArgument', 'a name or ID must not be empty');
  const encoded = path.map((part) => `/${encodeURIComponent(part)}`).join('');
  return query?.size ? `${encoded}?${query}` : encoded;
}
