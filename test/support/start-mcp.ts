import { resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import type { Emulator, ServeTrigger } from '../../src/emulator-options.js';
import { MovableClock } from '../../src/model/clock.js';
import type { SessionAffinityType } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import type { InstanceDriver } from '../../src/model/instance.js';
import type { RequestRecord } from '../../src/model/request-record.js';

const SERVER = resolve(import.meta.dirname, '../../fixtures/mcp-server.js');

export interface McpFunction {
  readonly emulator: Emulator;
  readonly clock: MovableClock;
  readonly records: readonly RequestRecord[];
  readonly url: string;
  /** Of Streamable HTTP. */
  readonly mcp: string;
  /** Of HTTP+SSE. */
  readonly sse: string;
}

interface McpOptions extends Pick<ServeTrigger, 'methods'> {
  readonly driver?: InstanceDriver;
}

/** An emulator of an MCP server, by default fixtures/mcp-server.js as real processes. Stopped at the end of the test. */
export async function startMcp(
  sessionAffinity: SessionAffinityType,
  input: Partial<FunctionInput> = {},
  { driver, ...trigger }: McpOptions = {},
): Promise<McpFunction> {
  const records: RequestRecord[] = [];
  const clock = new MovableClock();
  const config = completeFunction({
    functionName: 'mcp',
    command: [process.execPath, SERVER],
    sessionAffinity,
    timeout: 60,
    ...input,
  });
  const emulator = await startEmulator({
    functions: [{ config, triggers: [{ triggerName: 'mcp', ...trigger }] }],
    clock,
    onRecord: (record) => records.push(record),
    ...(driver !== undefined && { driver }),
  });
  onTestFinished(() => emulator.stopNow());
  const { url } = emulator;
  return { emulator, clock, records, url, mcp: `${url}/mcp`, sse: `${url}/sse` };
}
