import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Signer } from '../../model/access-key.js';
import { type Clock, MovableClock } from '../../model/clock.js';
import { FcError } from '../../model/errors.js';
import { type Endpoint, parseEndpoint } from './parse-endpoint.js';
import { interpret, readText } from './read-reply.js';
import { isForeign, noControlApi, tooSlow, unreachable } from './unreachable.js';

export interface WireCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The parts of the path, not yet encoded. */
  readonly path: readonly string[];
  /** The vendor's name of the operation, as `CreateSession`: signed requests carry it. */
  readonly action?: string;
  readonly query?: URLSearchParams;
  /** Bytes as they are; any other object as JSON. */
  readonly body?: object | undefined;
  /** Besides those of every call. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the call waits for an instance to start or end, and so has no time limit. */
  readonly patient?: boolean;
  /** A status besides 2xx whose body is a result and not an error. */
  readonly alsoFine?: number;
  /** Ends this call. */
  readonly signal?: AbortSignal | undefined;
}

export interface ConnectionOptions extends Partial<Signer> {
  /** Where the control plane listens: `http://127.0.0.1:9001`, or without the scheme. With a pair of keys, requests are signed. */
  readonly endpoint: URL | string;
  /** Ends every call. */
  readonly signal?: AbortSignal;
  /** The time limit of a call that does not start or end an instance. Default 30 s. */
  readonly timeoutMs?: number;
  /** Measures the time limit. It is not the emulator's session clock. */
  readonly clock?: Clock;
}

/** Calls one control plane. Every call has its own TCP connection. */
export class ControlConnection {
  readonly #endpoint: Endpoint;
  readonly #signer: Signer | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  #toldTime: number | undefined;

  /** @throws InvalidArgument for a malformed endpoint, or half a pair of keys */
  constructor(options: ConnectionOptions) {
    const { endpoint, signal, timeoutMs = 30_000, clock = new MovableClock() } = options;
    this.#endpoint = parseEndpoint(endpoint);
    this.#signer = signerOf(options);
    this.#signal = signal;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  /** The emulator's time in its last reply, to the second; undefined before the first reply. */
  get toldTime(): number | undefined {
    return this.#toldTime;
  }

  /**
   * @param key a key of every valid reply
   * @throws the FcError of the reply, UnreachableError
   */
  async ask<T>(call: WireCall, key: keyof T & string): Promise<T> {
    const reply = await this.#exchange(call);
    if (typeof reply !== 'object' || reply === null || !Object.hasOwn(reply, key)) {
      throw noControlApi(this.#endpoint.origin);
    }
    return reply as T;
  }

  /** Makes a call whose reply is empty. @throws the FcError of the reply, UnreachableError */
  async tell(call: WireCall): Promise<void> {
    await this.#exchange(call);
  }

  /** @returns a reply of status 200, or of `alsoFine`, whose body is not read yet. The caller ends it. */
  async open(call: WireCall, signal: AbortSignal): Promise<IncomingMessage> {
    const response = await this.#start(call, signal);
    const { statusCode, headers } = response;
    const isFine = statusCode === 200 || statusCode === call.alsoFine;
    if (isFine && !isForeign(headers)) return response;
    interpret(response, await readText(response), this.#endpoint.origin);
    throw noControlApi(this.#endpoint.origin);
  }

  /** Turns a failure of the socket into an UnreachableError. Returns other errors unchanged. */
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
    const { hostname, port, isSecure } = this.#endpoint;
    const { method } = call;
    const body = bytesOf(call.body);
    const path = targetOf(call);
    const headers = {
      Accept: 'application/json',
      ...call.headers,
      ...(method === 'GET' ? {} : { 'Content-Length': Buffer.byteLength(body ?? '') }),
      ...(await this.#identified(call, { target: path, body })),
    };
    // Loaded only where it is used: it takes longer than a short call.
    const send = isSecure ? (await import('node:https')).request : httpRequest;
    return new Promise((resolve, reject) => {
      // Without an agent no connection is kept alive, so that a short program does not wait for an idle socket.
      const options = { hostname, port, method, path, headers, agent: false };
      const request = send(options, (response) => {
        this.#toldTime = Date.parse(response.headers.date ?? '') || undefined;
        resolve(response);
      });
      request.once('error', reject);
      // The `signal` option of the request would load more of Node, which takes a millisecond (quality P7).
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

  /** The headers that a signature covers, signed where there are keys. */
  async #identified(
    call: WireCall,
    { target, body }: { readonly target: string; readonly body: string | Uint8Array | undefined },
  ): Promise<Readonly<Record<string, string>>> {
    const { method, action } = call;
    const type =
      call.body instanceof Uint8Array ? 'application/octet-stream' : 'application/json; charset=utf-8';
    const headers = {
      ...(body !== undefined && { 'content-type': type }),
      ...(action !== undefined && this.#signer !== undefined && { 'x-acs-action': action }),
    };
    if (this.#signer === undefined) return headers;
    const { signedHeaders } = await import('./sign-request.js');
    const { host } = this.#endpoint;
    return signedHeaders(this.#signer, { method, target, host, body: body ?? '', headers });
  }
}

function bytesOf(body: object | undefined): string | Uint8Array | undefined {
  return body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body);
}

function signerOf({ accessKeyId, accessKeySecret, securityToken }: Partial<Signer>): Signer | undefined {
  if (accessKeyId === undefined && accessKeySecret === undefined) return undefined;
  if (accessKeyId && accessKeySecret) return { accessKeyId, accessKeySecret, securityToken };
  throw new FcError(
    'InvalidArgument',
    'accessKeyId and accessKeySecret belong together: one is missing or empty',
  );
}

/** @throws InvalidArgument for an empty part of the path, which would change what the path names */
function targetOf({ path, query }: WireCall): string {
  if (path.includes('')) throw new FcError('InvalidArgument', 'a name or ID must not be empty');
  const encoded = path.map((part) => `/${encodeURIComponent(part)}`).join('');
  return query?.size ? `${encoded}?${query}` : encoded;
}
