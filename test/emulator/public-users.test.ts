import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import type { EmulatorOptions } from '../../src/emulator-options.js';
import {
  CreateFunctionInput,
  CreateFunctionRequest,
  CreateSessionInput,
  CreateSessionRequest,
  DeleteSessionRequest,
  type FcSdk,
  fcSdk,
  GetFunctionRequest,
  GetSessionRequest,
  InputCodeLocation,
  InvokeFunctionHeaders,
  InvokeFunctionRequest,
  ListSessionsRequest,
  RuntimeOptions,
  sdkError,
  UpdateSessionInput,
  UpdateSessionRequest,
} from '../support/fc-sdk.js';

import { zipOf } from '../support/zip.js';

/** Sends back the body of each call, and counts the calls of its session by a header line that a reply may carry. */
const APP = `
  const { createServer } = require('node:http');
  let calls = 0;
  createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      calls++;
      const instance = Buffer.from(process.env.FC_INSTANCE_ID.padEnd(64) + String(calls).padEnd(8));
      response.end(Buffer.concat([instance, ...chunks]));
    });
  }).listen(process.env.FC_SERVER_PORT);
`;

interface Answer {
  readonly instance: string;
  /** How many calls the instance has had, this one included. */
  readonly calls: number;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** An emulator without functions, and the vendor's client. */
async function start(options: Partial<EmulatorOptions> = {}) {
  const emulator = await startEmulator({ functions: [], ...options });
  onTestFinished(() => emulator.stopNow());
  return { emulator, sdk: fcSdk(Number(new URL(emulator.api).port)) };
}

/** Creates a function as the users of the SDK do, and waits until it is Active. */
async function createFunction(sdk: FcSdk, functionName: string, affinity: object, more: object = {}) {
  const zip = await zipOf({ 'app.js': APP });
  const body = new CreateFunctionInput({
    functionName,
    runtime: 'custom.debian12',
    handler: 'index.handler',
    cpu: 2,
    memorySize: 4096,
    diskSize: 512,
    timeout: 60,
    instanceConcurrency: 200,
    customRuntimeConfig: { command: [process.execPath, 'app.js'] },
    code: new InputCodeLocation({ zipFile: zip.toString('base64') }),
    sessionAffinity: 'HEADER_FIELD',
    sessionAffinityConfig: JSON.stringify(affinity),
    ...more,
  });
  await sdk.createFunction(new CreateFunctionRequest({ body }));
  await expect
    .poll(async () => (await sdk.getFunction(functionName, new GetFunctionRequest({}))).body?.state, {
      timeout: 20_000,
    })
    .toBe('Active');
}

async function invoke(
  sdk: FcSdk,
  functionName: string,
  body: Buffer,
  commonHeaders: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const reply = await sdk.invokeFunctionWithOptions(
    functionName,
    new InvokeFunctionRequest({ body: Readable.from([body]) }),
    new InvokeFunctionHeaders({ commonHeaders }),
    new RuntimeOptions({ readTimeout: 30_000 }),
  );
  expect(reply.statusCode).toBe(200);
  const bytes = await buffer(reply.body ?? Readable.from([]));
  return {
    instance: bytes.subarray(0, 64).toString().trim(),
    calls: Number(bytes.subarray(64, 72).toString()),
    body: bytes.subarray(72),
    headers: reply.headers ?? {},
  };
}

test('H14: a public user names its sessions itself and sends each many calls of bytes, without the Session API', async () => {
  const header = 'x-rock-session-id';
  const { sdk } = await start({ maxSessionTTLInSeconds: 86_400 });
  await createFunction(sdk, 'sandbox', {
    affinityHeaderFieldName: header,
    sessionConcurrencyPerInstance: 4,
    sessionTTLInSeconds: 86_400,
    sessionIdleTimeoutInSeconds: 3600,
  });
  const names = Array.from({ length: 12 }, (_, index) => `sandbox_${index}`);
  const instanceOf = new Map<string, string>();
  await Promise.all(
    names.map(async (name) => {
      for (let call = 0; call < 20; call++) {
        const sent = randomBytes(1 + ((call * 4099) % 70_000));
        const answer = await invoke(sdk, 'sandbox', sent, { [header]: name });
        expect(answer.body.equals(sent)).toBe(true);
        const known = instanceOf.get(name) ?? answer.instance;
        expect(answer.instance).toBe(known);
        instanceOf.set(name, known);
      }
    }),
  );
  const counts = new Map<string, number>();
  for (const instance of instanceOf.values()) counts.set(instance, (counts.get(instance) ?? 0) + 1);
  expect([...counts.values()]).toEqual([4, 4, 4]);
  const { body } = await sdk.listSessions('sandbox', new ListSessionsRequest({ limit: 100 }));
  expect(body?.sessions?.map(({ sessionId }) => sessionId).sort()).toEqual(names.toSorted());
  expect(body?.sessions?.every(({ sessionTTLInSeconds }) => sessionTTLInSeconds === 86_400)).toBe(true);
}, 60_000);

test('a public user only invokes: each call reaches the handler once, in a session of its own that the reply names', async () => {
  const { emulator, sdk } = await start();
  await createFunction(sdk, 'once', {
    affinityHeaderFieldName: 'x-session-name',
    sessionConcurrencyPerInstance: 50,
  });
  const sessions = new Set<string | undefined>();
  for (let call = 1; call <= 25; call++) {
    const answer = await invoke(sdk, 'once', Buffer.from(`call ${call}`));
    expect([answer.calls, answer.body.toString()]).toEqual([call, `call ${call}`]);
    sessions.add(answer.headers['x-session-name']);
  }
  expect(sessions.size).toBe(25);
  expect(sessions.has(undefined)).toBe(false);
  expect(await emulator.control.requests.list()).toHaveLength(25);
}, 60_000);

test("the vendor's own test of the Session API: create, get, update, list three ways, delete", async () => {
  const { sdk } = await start();
  await createFunction(sdk, 'e2e', { affinityHeaderFieldName: 'x-session-name' });
  const qualifier = 'LATEST';
  const input = new CreateSessionInput({ sessionTTLInSeconds: 3600, sessionIdleTimeoutInSeconds: 1800 });
  const made = await sdk.createSession('e2e', new CreateSessionRequest({ body: input, qualifier }));
  const { sessionId = '' } = made.body ?? {};
  expect(made.body).toMatchObject({ sessionTTLInSeconds: 3600, sessionStatus: 'Active', qualifier });
  const got = await sdk.getSession('e2e', sessionId, new GetSessionRequest({ qualifier }));
  expect(got.body).toMatchObject({ sessionId, sessionIdleTimeoutInSeconds: 1800 });
  const body = new UpdateSessionInput({ sessionTTLInSeconds: 7200 });
  const updated = await sdk.updateSession('e2e', sessionId, new UpdateSessionRequest({ body, qualifier }));
  expect(updated.body).toMatchObject({ sessionTTLInSeconds: 7200, containerId: made.body?.containerId });
  for (const query of [{}, { sessionId, qualifier }, { sessionStatus: 'Active', qualifier }]) {
    const listed = await sdk.listSessions('e2e', new ListSessionsRequest(query));
    expect(listed.body?.sessions?.map((session) => session.sessionId)).toEqual([sessionId]);
  }
  await sdk.deleteSession('e2e', sessionId, new DeleteSessionRequest({ qualifier }));
  const gone = sdk.getSession('e2e', sessionId, new GetSessionRequest({ qualifier }));
  expect(await sdkError(gone)).toMatchObject({ statusCode: 404, code: 'SessionNotFound' });
}, 60_000);
