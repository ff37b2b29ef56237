import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { completeFunction, type Emulator, startEmulator } from '../../src/index.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import { fcSdk, ListInstancesRequest } from '../support/fc-sdk.js';
import { temporaryFolder } from '../support/run-cli.js';

/** Answers with its instance ID, keeps every hook in a file, and does what the files `broken` and `sick` say. */
const HANDLER = `
const { appendFileSync, existsSync } = require('node:fs');
const id = process.env.FC_INSTANCE_ID;
require('node:http').createServer((request, response) => {
  request.resume();
  const { method, url } = request;
  if (url === '/initialize' || url === '/pre-stop') appendFileSync('hooks.txt', method + ' ' + url + ' ' + id + '\\n');
  const fails = (url === '/initialize' && existsSync('broken')) || (url === '/health' && existsSync('sick-' + id));
  response.writeHead(fails ? 500 : 200, { 'X-Instance': id }).end(JSON.stringify(request.headers));
}).listen(process.env.FC_SERVER_PORT);
process.on('SIGTERM', () => process.exit(0));
`;

async function started(input: Partial<FunctionInput>, folder = temporaryFolder()) {
  writeFileSync(join(folder, 'app.cjs'), HANDLER);
  const config = completeFunction({
    functionName: 'shop',
    command: [process.execPath, 'app.cjs'],
    codeDirectory: folder,
    sessionAffinity: 'GENERATED_COOKIE',
    ...input,
  });
  const emulator = await startEmulator({ functions: [{ config }] });
  onTestFinished(() => emulator.stopNow());
  const hooks = (): string[] => {
    try {
      return readFileSync(join(folder, 'hooks.txt'), 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  };
  return { emulator, folder, hooks };
}

async function ask({ url }: Emulator, cookie?: string) {
  const reply = await fetch(url, cookie === undefined ? {} : { headers: { cookie } });
  const [set] = reply.headers.getSetCookie();
  return {
    status: reply.status,
    body: JSON.parse(await reply.text()),
    instance: reply.headers.get('x-instance') ?? '',
    cookie: set?.split(';')[0],
  };
}

describe('the custom-runtime contract', () => {
  it('G15: a handler that does not listen in time is a start error, and no session is left', async () => {
    const { emulator } = await started({
      command: [process.execPath, '-e', 'setInterval(() => {}, 1000)'],
      startTimeoutInSeconds: 1,
    });
    expect(await ask(emulator)).toMatchObject({
      status: 412,
      body: { Code: 'FunctionNotStarted' },
      cookie: undefined,
    });
    expect((await emulator.sessions.list()).sessions).toEqual([]);
  });

  it('G16: a request of a trigger has the control path /http-invoke, and what is configured in its headers', async () => {
    const { emulator } = await started({ handler: 'main.run', memorySize: 1024 });
    const { body, cookie } = await ask(emulator);
    expect(body).toMatchObject({
      'x-fc-control-path': '/http-invoke',
      'x-fc-function-name': 'shop',
      'x-fc-function-handler': 'main.run',
      'x-fc-function-memory': '1024',
      'x-fc-qualifier': 'LATEST',
      'x-fc-version-id': 'LATEST',
      'x-fc-service-logproject': '',
    });
    expect(cookie).toBeDefined();
  });

  it('G17: the initializer is called once for each instance, before its first request', async () => {
    const { emulator, hooks } = await started({
      instanceLifecycleConfig: { initializer: { timeout: 10 } },
      sessionAffinityConfig: { sessionConcurrencyPerInstance: 1 },
    });
    const replies = await Promise.all([ask(emulator), ask(emulator)]);
    await ask(emulator, replies[0]?.cookie);
    expect(hooks().toSorted()).toEqual(
      replies.map(({ instance }) => `POST /initialize ${instance}`).toSorted(),
    );
  });

  it('a failed initializer refuses the request with its own code, and leaves neither session nor instance', async () => {
    const { emulator, folder, hooks } = await started({ instanceLifecycleConfig: { initializer: {} } });
    writeFileSync(join(folder, 'broken'), '');
    expect(await ask(emulator)).toMatchObject({
      status: 412,
      body: {
        Code: 'FunctionInitializationFailed',
        Message: expect.stringContaining('POST /initialize was answered with status 500'),
      },
      cookie: undefined,
    });
    expect((await emulator.sessions.list()).sessions).toEqual([]);
    await expect.poll(() => emulator.control.instances.list()).toEqual([]);
    expect(hooks()).toHaveLength(1);
  });

  it('G18: FC_INSTANCE_ID is the containerId of the session, and the ID of ListInstances', async () => {
    const { emulator } = await started({});
    const { instance, cookie = '' } = await ask(emulator);
    const { containerId } = await emulator.sessions.get(cookie.split('=')[1] ?? '');
    expect(containerId).toBe(instance);
    const { body } = await fcSdk(Number(new URL(emulator.api).port)).listInstances(
      'shop',
      new ListInstancesRequest({}),
    );
    expect(body?.instances?.map(({ instanceId }) => instanceId)).toEqual([instance]);
  });

  it('the pre-stop hook is called once before an instance ends: with its session, in a pause, and when the emulator stops', async () => {
    const { emulator, hooks } = await started({
      cpu: 2,
      instanceIsolationMode: 'SESSION_EXCLUSIVE',
      instanceLifecycleConfig: { preStop: { timeout: 10 } },
    });
    const first = await ask(emulator);
    const second = await ask(emulator);
    const third = await ask(emulator);
    await emulator.sessions.delete(first.cookie?.split('=')[1] ?? '');
    await expect.poll(hooks).toEqual([`GET /pre-stop ${first.instance}`]);
    await emulator.sessions.pause(second.cookie?.split('=')[1] ?? '');
    await expect.poll(hooks).toHaveLength(2);
    await emulator.stop();
    expect(hooks()).toEqual([first, second, third].map(({ instance }) => `GET /pre-stop ${instance}`));
  });

  it('an instance whose health check fails ends, and its session gets another one', async () => {
    const { emulator, folder } = await started({
      customRuntimeConfig: {
        healthCheckConfig: { httpGetUrl: '/health', periodSeconds: 1, failureThreshold: 2 },
      },
    });
    const { instance, cookie } = await ask(emulator);
    writeFileSync(join(folder, `sick-${instance}`), '');
    await expect
      .poll(async () => (await emulator.control.instances.list()).map(({ instanceId }) => instanceId), {
        timeout: 20_000,
      })
      .toEqual([]);
    const again = await ask(emulator, cookie);
    expect(again).toMatchObject({ status: 200, cookie: undefined });
    expect(again.instance).not.toBe(instance);
  });
});
