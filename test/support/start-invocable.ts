import { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import type { Emulator } from '../../src/emulator-options.js';
import type { EmulatorEvent } from '../../src/model/events.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import type { RequestRecord } from '../../src/model/request-record.js';
import { type FcSdk, fcSdk, InvokeFunctionHeaders, InvokeFunctionRequest, RuntimeOptions } from './fc-sdk.js';
import { type Handler, type InProcessDriver, inProcessDriver } from './in-process-driver.js';

export interface InvokeReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface InvokeOptions {
  readonly functionName?: string;
  readonly qualifier?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly log?: string;
  readonly taskId?: string;
}

export interface Invocable {
  readonly emulator: Emulator;
  readonly driver: InProcessDriver;
  readonly sdk: FcSdk;
  readonly records: readonly RequestRecord[];
  readonly events: readonly EmulatorEvent[];
  /** InvokeFunction by the SDK. */
  invoke(body?: Buffer | string, options?: InvokeOptions): Promise<InvokeReply>;
}

/** An emulator whose function `hello` runs in this process. */
export async function startInvocable(
  handler?: Handler,
  input: Partial<FunctionInput> = {},
  keys?: { readonly accessKeyId: string; readonly accessKeySecret: string },
): Promise<Invocable> {
  const driver = inProcessDriver(handler);
  const records: RequestRecord[] = [];
  const events: EmulatorEvent[] = [];
  const config = completeFunction({
    functionName: 'hello',
    command: ['in-process'],
    sessionAffinity: 'GENERATED_COOKIE',
    timeout: 60,
    ...input,
  });
  const emulator = await startEmulator({
    functions: [{ config }],
    driver,
    ...keys,
    onRecord: (record) => void records.push(record),
    onEvent: (event) => void events.push(event),
  });
  onTestFinished(() => emulator.stopNow());
  const sdk = fcSdk(Number(new URL(emulator.api).port), keys);
  return {
    emulator,
    driver,
    sdk,
    records,
    events,
    async invoke(body, { functionName = 'hello', qualifier, headers = {}, type, log, taskId } = {}) {
      const reply = await sdk.invokeFunctionWithOptions(
        functionName,
        new InvokeFunctionRequest({
          qualifier,
          ...(body !== undefined && { body: Readable.from([Buffer.from(body)]) }),
        }),
        new InvokeFunctionHeaders({
          commonHeaders: headers,
          xFcInvocationType: type,
          xFcLogType: log,
          xFcAsyncTaskId: taskId,
        }),
        new RuntimeOptions({ readTimeout: 30_000 }),
      );
      const chunks: Buffer[] = [];
      for await (const chunk of reply.body ?? []) chunks.push(chunk as Buffer);
      return {
        status: reply.statusCode ?? 0,
        headers: reply.headers as Record<string, string>,
        body: Buffer.concat(chunks),
      };
    },
  };
}
