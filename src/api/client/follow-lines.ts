import type { ControlConnection, WireCall } from './control-connection.js';

/**
 * Reads newline-delimited JSON as it comes. Ends with the reply, or quietly when `signal` is aborted.
 * @throws FcError as the server told it, UnreachableError when the connection breaks
 */
export async function* followLines<T>(
  connection: ControlConnection,
  call: WireCall,
  signal: AbortSignal,
): AsyncGenerator<T> {
  try {
    const response = await connection.open(call, signal);
    response.setEncoding('utf8');
    let rest = '';
    for await (const chunk of response) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as T;
    }
  } catch (error) {
    if (!signal.aborted) throw connection.explain(error);
  }
}
