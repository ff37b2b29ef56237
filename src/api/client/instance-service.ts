import type { LogLine } from '../../model/instance.js';
import type { InstanceService } from '../../model/services.js';
import type { ControlConnection, WireCall } from './control-connection.js';
import { query } from './query.js';

export function instanceService(connection: ControlConnection): InstanceService {
  const path = (...parts: string[]): string[] => ['_emulator', 'v1', 'instances', ...parts];
  return {
    async list(ref, { ended } = {}) {
      const reply = await connection.ask<{ instances: Awaited<ReturnType<InstanceService['list']>> }>(
        { method: 'GET', path: path(), query: query({ ...ref, ended: ended || undefined }) },
        'instances',
      );
      return reply.instances;
    },
    kill: (instanceId) => connection.tell({ method: 'DELETE', path: path(instanceId), patient: true }),
    async logs(instanceId) {
      const call = { method: 'GET', path: path(instanceId, 'logs') } as const;
      return (await connection.ask<{ lines: LogLine[] }>(call, 'lines')).lines;
    },
    followLogs: (instanceId, signal) =>
      followLines<LogLine>(
        connection,
        { method: 'GET', path: path(instanceId, 'logs'), query: query({ follow: true }) },
        signal,
      ),
  };
}

/**
 * Reads newline-delimited JSON line by line. Ends with the reply, or without an error when `signal` is aborted.
 * @throws the FcError of the reply, UnreachableError when the connection breaks
 */
async function* followLines<T>(
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
