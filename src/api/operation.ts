import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

import { FcError } from '../model/errors.js';
import type { PageFile } from '../model/page-file.js';
import type { JsonBody } from '../model/services.js';

/** A request for an operation, after every check of its head. */
export interface Call {
  /** A part of the path, percent-decoded. */
  readonly param: (name: string) => string;
  readonly query: URLSearchParams;
  /** The parsed JSON; undefined when there was none. */
  readonly body: unknown;
  readonly requestId: string;
  /** The header `Last-Event-ID`, which a reader of events sends when it reconnects. */
  readonly lastEventId: string | undefined;
  /** Aborted when the client has closed the connection or the reply has ended. */
  readonly signal: AbortSignal;
}

export type Reply =
  | { readonly kind: 'json'; readonly status?: number; readonly body: unknown }
  /** 204 */
  | { readonly kind: 'empty' }
  | { readonly kind: 'page'; readonly html: string }
  /** A file of the console. */
  | { readonly kind: 'file'; readonly file: PageFile; readonly isKnown: boolean }
  /** 308 */
  | { readonly kind: 'moved'; readonly to: string }
  /** The handler has written it. */
  | { readonly kind: 'written' }
  | { readonly kind: 'stream'; readonly contentType: string; readonly chunks: AsyncIterable<string> };

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
export type Handler = (call: Call) => Promise<Reply>;

/** A request whose body is not JSON and whose reply is written by its handler. */
export interface RawCall extends Omit<Call, 'body' | 'lastEventId' | 'signal'> {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The body of the request. */
  readonly bytes: Readable;
  /** Flat: what every reply has, without the request's ID. */
  readonly commonLines: () => readonly string[];
}

export interface RawHandler {
  readonly raw: (call: RawCall) => Promise<void>;
}

/** The operations of one path. GET never changes anything. */
export interface Operations extends Readonly<Partial<Record<Method, Handler | RawHandler>>> {
  /** The longest JSON that they take; 256 KiB where nothing is said. */
  readonly maxBodyBytes?: number;
}

export type OperationTable = Readonly<Record<string, Operations>>;

export function json(body: unknown): Reply {
  return { kind: 'json', body };
}

/** @returns the body, an empty object when there was none @throws InvalidArgument when it is no object */
export function bodyOf({ body = {} }: Call): JsonBody {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body };
  throw new FcError('InvalidArgument', 'the body must be a JSON object');
}
