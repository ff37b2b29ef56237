import { describe, expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import type { EmulatorOptions } from '../../src/emulator-options.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import type { InstanceDriver } from '../../src/model/instance.js';
import { inProcessDriver } from '../support/in-process-driver.js';

async function start(
  driver: InstanceDriver,
  input: Partial<FunctionInput> = {},
  options: Partial<EmulatorOptions> = {},
) {
  const notices: string[] = [];
  const config = completeFunction({
    functionName: 'hello',
    command: ['in-process'],
    sessionAffinity: 'HEADER_FIELD',
    sessionAffinityConfig: { affinityHeaderFieldName: 'session-name' },
    drainTimeoutInSeconds: 60,
    maxInstances: 1,
    ...input,
  });
  const emulator = await startEmulator({
    functions: [{ config }],
    driver,
    onNotice: (text) => notices.push(text),
    ...options,
  });
  onTestFinished(() => emulator.stopNow());
  const request = async (): Promise<number> => {
    const reply = await fetch(emulator.functions[0]?.url ?? '', { headers: { 'session-name': 'a' } });
    await reply.arrayBuffer();
    return reply.status;
  };
  return { emulator, notices, request, ref: { functionName: 'hello', sessionId: 'a' } };
}

/** Starts instances in this process; the first starts throw. */
function withoutDescriptors(failures: number): InstanceDriver {
  const { start: begin } = inProcessDriver();
  let left = failures;
  return {
    start(spec, signal) {
      if (left-- > 0) throw new Error('spawn EMFILE');
      return begin(spec, signal);
    },
  };
}

describe('C2: a callback that throws leaves no half state', () => {
  test('C2: a driver whose start throws: the slot is given back, and the next request starts anew', async () => {
    const { emulator, notices, request } = await start(withoutDescriptors(1));
    expect(await request()).toBe(412);
    expect(await emulator.control.instances.list()).toEqual([]);
    expect(notices).toEqual(['an instance could not be started: spawn EMFILE']);
    expect(await request()).toBe(200);
    expect(await emulator.control.instances.list()).toHaveLength(1);
  });

  test('C2: CreateSession on a driver whose start throws leaves no session', async () => {
    const { emulator } = await start(withoutDescriptors(1));
    const { sessions } = emulator.control;
    await expect(sessions.create({ functionName: 'hello' }, { sessionId: 'a' })).rejects.toMatchObject({
      code: 'FunctionNotStarted',
      message: 'the instance could not be started: spawn EMFILE',
    });
    expect(await sessions.list({ functionName: 'hello' })).toEqual({ sessions: [] });
    expect(await sessions.create({ functionName: 'hello' }, { sessionId: 'a' })).toMatchObject({
      sessionId: 'a',
    });
  });

  test('C2: the instances of --min-instances are started when the driver can', async () => {
    const { emulator } = await start(withoutDescriptors(2), { minInstances: 1 });
    await expect.poll(() => emulator.control.instances.list(), { timeout: 5000 }).toHaveLength(1);
  });

  const fail = (): never => {
    throw new Error('thrown by a callback');
  };
  test.each<[string, Partial<EmulatorOptions>]>([
    ['onRecord', { onRecord: fail }],
    ['onEvent', { onEvent: fail }],
  ])(
    'C2: an %s that throws: requests are served, it is told once, and stop ends at once',
    async (name, options) => {
      const { emulator, notices, request } = await start(inProcessDriver(), {}, options);
      expect([await request(), await request()]).toEqual([200, 200]);
      expect(notices).toEqual([`${name} threw: thrown by a callback`]);
      const begun = Date.now();
      expect(await emulator.stop()).toEqual({ forced: false });
      expect(Date.now() - begun).toBeLessThan(10_000);
    },
  );

  test('C2: an onLine that throws, in the output of a process', async () => {
    const notices: string[] = [];
    const config = completeFunction({
      functionName: 'hello',
      command: [
        process.execPath,
        '-e',
        "console.log('begun'); require('http').createServer((q, s) => s.end('ok')).listen(process.env.FC_SERVER_PORT)",
      ],
    });
    const emulator = await startEmulator({
      functions: [{ config }],
      onLine: fail,
      onNotice: (text) => notices.push(text),
    });
    onTestFinished(() => emulator.stopNow());
    expect((await fetch(emulator.functions[0]?.url ?? '')).status).toBe(200);
    expect(notices).toEqual(['onLine threw: thrown by a callback']);
    expect(await emulator.stop()).toEqual({ forced: false });
  });

  test('C2: an onNotice that throws has no effect', async () => {
    const { emulator, request } = await start(withoutDescriptors(1), {}, { onNotice: fail });
    expect([await request(), await request()]).toEqual([412, 200]);
    expect(await emulator.stop()).toEqual({ forced: false });
  });
});

/** Instances that end, while their `stop` rejects. */
function withFailingStop(): InstanceDriver {
  const { start: begin } = inProcessDriver();
  return {
    start(spec, signal) {
      const instance = begin(spec, signal);
      return {
        ...instance,
        async stop(options) {
          await instance.stop(options);
          throw new Error('no such process');
        },
      };
    },
  };
}

describe('C16: a driver whose stop rejects', () => {
  test('C16: PauseSession ends Paused, and the session can be resumed', async () => {
    const { emulator, notices, request, ref } = await start(withFailingStop(), {
      instanceIsolationMode: 'SESSION_EXCLUSIVE',
    });
    await request();
    expect(await emulator.control.sessions.pause(ref)).toMatchObject({ sessionStatus: 'Paused' });
    expect(notices).toEqual([
      expect.stringMatching(/^instance c-\S+ could not be stopped: no such process$/),
    ]);
    expect(await emulator.control.sessions.resume(ref)).toMatchObject({ sessionStatus: 'Active' });
  });

  test('C16: stop of the emulator ends every instance all the same', async () => {
    const { emulator, request } = await start(withFailingStop());
    await request();
    expect(await emulator.stop()).toEqual({ forced: false });
    expect(await emulator.control.instances.list()).toEqual([]);
  });
});
