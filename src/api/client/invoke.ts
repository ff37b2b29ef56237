import { HeaderLines } from '../../model/headers.js';
import type { FunctionRef, InvocationInput, InvocationReply } from '../../model/services.js';
import type { ControlConnection } from './control-connection.js';
import { query } from './query.js';

export async function invoke(
  connection: ControlConnection,
  { functionName, qualifier }: FunctionRef,
  { body, headers = {}, signal }: InvocationInput = {},
): Promise<InvocationReply> {
  const path = ['2023-03-30', 'functions', functionName, 'invocations'];
  const call = { method: 'POST', action: 'InvokeFunction', path, query: query({ qualifier }) } as const;
  const end = signal ?? new AbortController().signal;
  try {
    const response = await connection.open({ ...call, body, headers, alsoFine: 202 }, end);
    const { statusCode = 0, statusMessage = '', rawHeaders } = response;
    const lines = new HeaderLines(rawHeaders);
    return {
      status: statusCode,
      reason: statusMessage,
      lines: rawHeaders,
      header: (name) => lines.get(name),
      body: explained(response, connection),
    };
  } catch (error) {
    throw connection.explain(error);
  }
}

async function* explained(
  body: AsyncIterable<Uint8Array>,
  connection: ControlConnection,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw connection.explain(error);
  }
}
