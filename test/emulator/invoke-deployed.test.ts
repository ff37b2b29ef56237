import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import {
  CreateAliasInput,
  CreateAliasRequest,
  CreateFunctionInput,
  CreateFunctionRequest,
  DisableFunctionInvocationRequest,
  fcSdk,
  InputCodeLocation,
  InvokeFunctionHeaders,
  InvokeFunctionRequest,
  ListSessionsRequest,
  PublishFunctionVersionRequest,
  RuntimeOptions,
  sdkError,
  UpdateFunctionInput,
  UpdateFunctionRequest,
} from '../support/fc-sdk.js';
import { zipOf } from '../support/zip.js';

/** An event handler that tells the text of its code, its instance, and what it is called. */
const codeOf = async (text: string) => {
  const handler = `exports.handler = async (event, { service }) =>
    [${JSON.stringify(text)}, String(event), service.qualifier, service.versionId, process.env.FC_INSTANCE_ID].join(' ');`;
  const zip = await zipOf({ 'index.js': handler });
  return new InputCodeLocation({ zipFile: zip.toString('base64') });
};

async function start() {
  const emulator = await startEmulator({ functions: [] });
  onTestFinished(() => emulator.stopNow());
  const sdk = fcSdk(Number(new URL(emulator.api).port));
  const body = new CreateFunctionInput({
    functionName: 'events',
    runtime: 'nodejs20',
    handler: 'index.handler',
    timeout: 30,
    sessionAffinity: 'HEADER_FIELD',
    sessionAffinityConfig: JSON.stringify({ affinityHeaderFieldName: 'x-my-session' }),
    code: await codeOf('one'),
  });
  await sdk.createFunction(new CreateFunctionRequest({ body }));
  const invoke = async (
    event: string,
    { session, qualifier }: { session?: string; qualifier?: string } = {},
  ) => {
    const reply = await sdk.invokeFunctionWithOptions(
      'events',
      new InvokeFunctionRequest({ qualifier, body: Readable.from([Buffer.from(event)]) }),
      new InvokeFunctionHeaders({ commonHeaders: session === undefined ? {} : { 'X-My-Session': session } }),
      new RuntimeOptions({}),
    );
    const chunks: Buffer[] = [];
    for await (const chunk of reply.body ?? []) chunks.push(chunk as Buffer);
    const [text, ...rest] = Buffer.concat(chunks).toString().split(' ');
    return {
      text,
      called: rest.slice(0, 3).join(' '),
      instance: rest[3],
      headers: reply.headers as Record<string, string>,
    };
  };
  return { sdk, invoke };
}

test('a public user who only invokes: a function that is still Pending, one request each, sticky by the header', async () => {
  const { invoke } = await start();
  const first = await invoke('a', { session: 'user-1' });
  expect(first).toMatchObject({ text: 'one', called: 'a LATEST LATEST' });
  expect(first.headers['x-fc-code-checksum']).toMatch(/^[1-9]\d+$/);
  expect((await invoke('b', { session: 'user-1' })).instance).toBe(first.instance);
  expect((await invoke('c', { session: 'user-2' })).instance).not.toBe(first.instance);
});

test('G20: a version and an alias run their own code, with sessions of their own', async () => {
  const { sdk, invoke } = await start();
  const latest = await invoke('a', { session: 'mine' });
  const published = await sdk.publishFunctionVersion('events', new PublishFunctionVersionRequest({}));
  const { versionId = '' } = published.body ?? {};
  await sdk.createAlias(
    'events',
    new CreateAliasRequest({ body: new CreateAliasInput({ aliasName: 'prod', versionId }) }),
  );
  const body = new UpdateFunctionInput({ code: await codeOf('two') });
  await sdk.updateFunction('events', new UpdateFunctionRequest({ body }));
  const version = await invoke('b', { session: 'mine', qualifier: versionId });
  const alias = await invoke('c', { session: 'mine', qualifier: 'prod' });
  expect(version).toMatchObject({ text: 'one', called: `b ${versionId} ${versionId}` });
  expect(alias).toMatchObject({ text: 'one', called: `c prod ${versionId}` });
  expect(alias.headers['x-fc-invocation-service-version']).toBe(versionId);
  expect(new Set([latest.instance, version.instance, alias.instance]).size).toBe(3);
  const sessions = async (qualifier: string) => {
    const listed = await sdk.listSessions('events', new ListSessionsRequest({ qualifier }));
    return listed.body?.sessions?.map((session) => [
      session.sessionId,
      session.qualifier,
      session.containerId,
    ]);
  };
  expect(await sessions('prod')).toEqual([['mine', 'prod', alias.instance]]);
  expect(await sessions(versionId)).toEqual([['mine', versionId, version.instance]]);
  await expect
    .poll(async () => (await invoke('d', { session: 'new' })).text, { timeout: 20_000 })
    .toBe('two');
});

test('a function whose invocation is disabled refuses it', async () => {
  const { sdk, invoke } = await start();
  await invoke('a');
  await sdk.disableFunctionInvocation(
    'events',
    new DisableFunctionInvocationRequest({ reason: 'maintenance' }),
  );
  const error = await sdkError(invoke('b'));
  expect(error.statusCode).toBeGreaterThanOrEqual(400);
  expect(error.message).toContain('maintenance');
});
