import type { IncomingMessage } from 'node:http';
import { FcError, isErrorCode } from '../../model/errors.js';
import { isForeign, noControlApi } from './unreachable.js';

/** No reply of a control plane is nearly as long. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

/**
 * Reads by events, which load faster than the iterator (quality P7).
 * @returns undefined for a body beyond the limit, whose connection is then closed
 */
export function readText(response: IncomingMessage): Promise<string | undefined> {
  response.setEncoding('utf8');
  return new Promise((resolve, reject) => {
    let text = '';
    response.on('data', (chunk: string) => {
      text += chunk;
      if (text.length <= MOST_CHARACTERS) return;
      resolve(undefined);
      response.destroy();
    });
    response.once('end', () => resolve(text));
    response.once('error', reject);
  });
}

/**
 * @returns the JSON of a successful reply; undefined for an empty one
 * @throws FcError for an error reply, UnreachableError for a reply that no control plane sends
 */
export function interpret(
  { statusCode = 0, headers }: IncomingMessage,
  text: string | undefined,
  origin: string,
  alsoFine?: number,
): unknown {
  if (text === undefined || isForeign(headers)) throw noControlApi(origin);
  const isFine = (statusCode >= 200 && statusCode < 300) || statusCode === alsoFine;
  if (isFine && text === '') return undefined;
  const body = parsed(text);
  if (isFine && body !== undefined) return body;
  throw asError(body, { status: statusCode, retryAfter: headers['retry-after'] }) ?? noControlApi(origin);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An error whose code is not in the table keeps its status. */
function asError(
  body: unknown,
  { status, retryAfter }: { readonly status: number; readonly retryAfter: string | undefined },
): FcError | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { Code, Message, RequestId } = body as { Code?: unknown; Message?: unknown; RequestId?: unknown };
  if (typeof Code !== 'string' || typeof Message !== 'string') return undefined;
  const isKnown = isErrorCode(Code);
  return new FcError(isKnown ? Code : 'InternalServerError', Message, {
    ...(!isKnown && { status }),
    ...(typeof RequestId === 'string' && { requestId: RequestId }),
    ...(retryAfter !== undefined && { retryAfterInSeconds: Number(retryAfter) }),
  });
}
