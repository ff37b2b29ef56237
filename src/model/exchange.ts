import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { Assignment } from './admission.js';
import type { FcError } from './errors.js';
import type { Route } from './route.js';

/** The head of a request. */
export interface ExchangeHead {
  readonly method: string;
  /** Path and query, as the client sent them. */
  readonly target: string;
  /** Flat, as the client sent them. */
  readonly lines: readonly string[];
  /** Flat: the lines that the instance receives, Host first. Without hop-by-hop fields and `x-fc-*`; framing is among them. */
  readonly forwardedLines: readonly string[];
  /** Whether the client says how long the body is, be it nothing. */
  readonly isFramed: boolean;
}

/** The head of a reply, final or interim. */
export interface ExchangeReply {
  readonly status: number;
  readonly reason: string;
  /** Flat. */
  readonly lines: readonly string[];
  /** Absent where the gateway answers in the function's place. */
  readonly answer?: FunctionAnswer;
  /** Why the gateway answers in the function's place. */
  readonly refusal?: FcError;
}

/** Which instance replied, and what it sent. */
export interface FunctionAnswer {
  readonly assignment: Assignment;
  /** Flat: the head of its reply, as it came. */
  readonly lines: readonly string[];
  /** Since the request was handed to the instance. */
  readonly elapsedMs: number;
}

export type ExchangeOutcome =
  /** The whole reply went out, or the upgraded connection was closed in order. */
  | 'delivered'
  /** The client went away first, or the exchange was aborted. */
  | 'client-closed'
  /** The emulator has ended. */
  | 'stopped';

/** The connection of a client that asks for a WebSocket. */
export interface ClientUpgrade {
  readonly socket: Socket;
  /** Returns the bytes that came behind the head of the request, once. */
  takeHead(): Buffer;
  /** The protocol is switched: the exchange is over when the connection is closed. */
  accept(): void;
}

/** A request and its reply, from the client's side. Nothing behind it asks which kind of client it is. */
export interface Exchange {
  readonly requestId: string;
  readonly head: ExchangeHead;
  /** Closes when the client leaves, also after the reply. */
  readonly body: Readable | undefined;
  /** Why the rest of the body cannot be understood; `body` emits it as an error. */
  readonly bodyError: FcError | undefined;
  readonly upgrade: ClientUpgrade | undefined;
  /** Passes an interim reply (1xx) on, unless the client cannot take it. */
  writeInterim(reply: ExchangeReply): void;
  /**
   * Writes the head of the reply, at the latest with the first bytes of the body.
   * @param length of the body, where it is known
   * @returns the status that the client receives
   * @throws when a line cannot be written; nothing has been written then
   */
  writeHead(reply: ExchangeReply, length: number | undefined): number;
  /** Takes the body of the reply. */
  readonly sink: Writable;
  readonly isOver: boolean;
  /** Resolves when nothing more can be sent to the client. */
  readonly over: Promise<ExchangeOutcome>;
  /** Breaks the reply off, so that the client notices that it is not whole. */
  abort(): void;
  /** Ends it because the emulator stops. */
  stop(): void;
}

/** The one path of every request. Never rejects. Resolves when nothing is left to do for the request. */
export type Handle = (exchange: Exchange, route: Route) => Promise<void>;
