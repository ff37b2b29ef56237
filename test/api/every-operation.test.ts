import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import {
  CreateAliasInput,
  CreateAliasRequest,
  CreateFunctionInput,
  CreateFunctionRequest,
  CreateSessionInput,
  CreateSessionRequest,
  CreateTriggerInput,
  CreateTriggerRequest,
  DeleteScalingConfigRequest,
  DeleteSessionRequest,
  DisableFunctionInvocationRequest,
  type FcSdk,
  fcSdk,
  GetFunctionCodeRequest,
  GetFunctionRequest,
  GetScalingConfigRequest,
  GetSessionRequest,
  InputCodeLocation,
  InvokeFunctionRequest,
  ListAliasesRequest,
  ListConcurrencyConfigsRequest,
  ListFunctionsRequest,
  ListFunctionVersionsRequest,
  ListInstancesRequest,
  ListScalingConfigsRequest,
  ListSessionsRequest,
  ListTriggersRequest,
  PauseSessionRequest,
  PublishFunctionVersionRequest,
  PublishVersionInput,
  PutConcurrencyConfigRequest,
  PutConcurrencyInput,
  PutScalingConfigInput,
  PutScalingConfigRequest,
  ResumeSessionRequest,
  UpdateAliasInput,
  UpdateAliasRequest,
  UpdateFunctionInput,
  UpdateFunctionRequest,
  UpdateSessionInput,
  UpdateSessionRequest,
  UpdateTriggerInput,
  UpdateTriggerRequest,
} from '../support/fc-sdk.js';
import { inProcessDriver } from '../support/in-process-driver.js';
import { executable, zipOf } from '../support/zip.js';

const KEYS = { accessKeyId: 'local', accessKeySecret: 'secret' };
const F = 'cart';
const S = 'session-1';

/** One call of an operation, and what the SDK must read from its reply. */
interface Row {
  readonly operation: string;
  readonly call: (sdk: FcSdk) => Promise<{ readonly statusCode?: number; readonly body?: unknown }>;
  readonly reads?: object;
}

const FUNCTION = {
  functionName: F,
  functionId: expect.stringMatching(/./),
  functionArn: expect.stringMatching(/:functions\/cart$/),
  sessionAffinity: 'HEADER_FIELD',
  sessionAffinityConfig: expect.stringContaining('affinityHeaderFieldName'),
  instanceConcurrency: 200,
  codeChecksum: expect.stringMatching(/^\d+$/),
  createdTime: expect.stringMatching(/Z$/),
};
const SESSION = { sessionId: S, functionName: F, qualifier: 'LATEST', containerId: expect.any(String) };
const TRIGGER = {
  triggerName: 'http',
  triggerType: 'http',
  triggerConfig: expect.stringContaining('authType'),
  httpTrigger: { urlInternet: expect.stringMatching(/^http:/) },
};
const ALIAS = { aliasName: 'prod', versionId: '1' };

const code = async () =>
  new InputCodeLocation({
    zipFile: (await zipOf({ bootstrap: executable('#!/bin/sh\n') })).toString('base64'),
  });

/** Every operation that the emulator has, in an order in which each finds what it needs. */
const ROWS: readonly Row[] = [
  {
    operation: 'CreateFunction',
    call: async (sdk) =>
      sdk.createFunction(
        new CreateFunctionRequest({
          body: new CreateFunctionInput({
            functionName: F,
            runtime: 'custom.debian12',
            handler: 'index.handler',
            timeout: 60,
            instanceIsolationMode: 'SESSION_EXCLUSIVE',
            sessionAffinity: 'HEADER_FIELD',
            sessionAffinityConfig: JSON.stringify({ affinityHeaderFieldName: 'session-name' }),
            environmentVariables: { GREETING: 'hi' },
            layers: ['acs:fc:cn-hangzhou:official:layers/Python310/versions/2'],
            code: await code(),
          }),
        }),
      ),
    reads: { ...FUNCTION, environmentVariables: { GREETING: 'hi' }, layers: [{ arn: expect.any(String) }] },
  },
  {
    operation: 'GetFunction',
    call: (sdk) => sdk.getFunction(F, new GetFunctionRequest({})),
    reads: { ...FUNCTION, state: expect.stringMatching(/^(Pending|Active)$/) },
  },
  {
    operation: 'UpdateFunction',
    call: (sdk) =>
      sdk.updateFunction(
        F,
        new UpdateFunctionRequest({ body: new UpdateFunctionInput({ description: 'changed' }) }),
      ),
    reads: { ...FUNCTION, description: 'changed', environmentVariables: { GREETING: 'hi' } },
  },
  {
    operation: 'ListFunctions',
    call: (sdk) => sdk.listFunctions(new ListFunctionsRequest({ prefix: 'ca', limit: 10 })),
    reads: { functions: [{ functionName: F }] },
  },
  {
    operation: 'GetFunctionCode',
    call: (sdk) => sdk.getFunctionCode(F, new GetFunctionCodeRequest({})),
    reads: { checksum: expect.stringMatching(/^\d+$/), url: expect.any(String) },
  },
  {
    operation: 'PutConcurrencyConfig',
    call: (sdk) =>
      sdk.putConcurrencyConfig(
        F,
        new PutConcurrencyConfigRequest({ body: new PutConcurrencyInput({ reservedConcurrency: 5 }) }),
      ),
    reads: { reservedConcurrency: 5, functionArn: FUNCTION.functionArn },
  },
  {
    operation: 'GetConcurrencyConfig',
    call: (sdk) => sdk.getConcurrencyConfig(F),
    reads: { reservedConcurrency: 5 },
  },
  {
    operation: 'ListConcurrencyConfigs',
    call: (sdk) => sdk.listConcurrencyConfigs(new ListConcurrencyConfigsRequest({})),
    reads: { configs: [{ reservedConcurrency: 5 }] },
  },
  { operation: 'DeleteConcurrencyConfig', call: (sdk) => sdk.deleteConcurrencyConfig(F) },
  {
    operation: 'PutScalingConfig',
    call: (sdk) =>
      sdk.putScalingConfig(
        F,
        new PutScalingConfigRequest({ body: new PutScalingConfigInput({ minInstances: 1 }) }),
      ),
    reads: { minInstances: 1, currentInstances: expect.any(Number), targetInstances: expect.any(Number) },
  },
  {
    operation: 'GetScalingConfig',
    call: (sdk) => sdk.getScalingConfig(F, new GetScalingConfigRequest({})),
    reads: { minInstances: 1 },
  },
  {
    operation: 'ListScalingConfigs',
    call: (sdk) => sdk.listScalingConfigs(new ListScalingConfigsRequest({})),
    reads: { scalingConfigs: [{ minInstances: 1 }] },
  },
  {
    operation: 'DeleteScalingConfig',
    call: (sdk) => sdk.deleteScalingConfig(F, new DeleteScalingConfigRequest({})),
  },
  {
    operation: 'CreateTrigger',
    call: (sdk) =>
      sdk.createTrigger(
        F,
        new CreateTriggerRequest({
          body: new CreateTriggerInput({
            triggerName: 'http',
            triggerType: 'http',
            triggerConfig: JSON.stringify({ authType: 'anonymous', methods: ['GET', 'POST'] }),
          }),
        }),
      ),
    reads: { ...TRIGGER, qualifier: 'LATEST', triggerId: expect.any(String), targetArn: expect.any(String) },
  },
  { operation: 'GetTrigger', call: (sdk) => sdk.getTrigger(F, 'http'), reads: TRIGGER },
  {
    operation: 'UpdateTrigger',
    call: (sdk) =>
      sdk.updateTrigger(
        F,
        'http',
        new UpdateTriggerRequest({ body: new UpdateTriggerInput({ description: 'edited' }) }),
      ),
    reads: { ...TRIGGER, description: 'edited' },
  },
  {
    operation: 'ListTriggers',
    call: (sdk) => sdk.listTriggers(F, new ListTriggersRequest({})),
    reads: { triggers: [TRIGGER] },
  },
  { operation: 'DeleteTrigger', call: (sdk) => sdk.deleteTrigger(F, 'http') },
  {
    operation: 'PublishFunctionVersion',
    call: (sdk) =>
      sdk.publishFunctionVersion(
        F,
        new PublishFunctionVersionRequest({ body: new PublishVersionInput({ description: 'first' }) }),
      ),
    reads: { versionId: '1', description: 'first', createdTime: expect.stringMatching(/Z$/) },
  },
  {
    operation: 'ListFunctionVersions',
    call: (sdk) => sdk.listFunctionVersions(F, new ListFunctionVersionsRequest({})),
    reads: { versions: [{ versionId: '1' }], direction: 'BACKWARD' },
  },
  {
    operation: 'CreateAlias',
    call: (sdk) => sdk.createAlias(F, new CreateAliasRequest({ body: new CreateAliasInput(ALIAS) })),
    reads: ALIAS,
  },
  { operation: 'GetAlias', call: (sdk) => sdk.getAlias(F, 'prod'), reads: ALIAS },
  {
    operation: 'UpdateAlias',
    call: (sdk) =>
      sdk.updateAlias(
        F,
        'prod',
        new UpdateAliasRequest({ body: new UpdateAliasInput({ description: 'live' }) }),
      ),
    reads: { ...ALIAS, description: 'live' },
  },
  {
    operation: 'ListAliases',
    call: (sdk) => sdk.listAliases(F, new ListAliasesRequest({})),
    reads: { aliases: [ALIAS] },
  },
  { operation: 'DeleteAlias', call: (sdk) => sdk.deleteAlias(F, 'prod') },
  { operation: 'DeleteFunctionVersion', call: (sdk) => sdk.deleteFunctionVersion(F, '1') },
  {
    operation: 'CreateSession',
    call: (sdk) =>
      sdk.createSession(F, new CreateSessionRequest({ body: new CreateSessionInput({ sessionId: S }) })),
    reads: { ...SESSION, sessionStatus: 'Active' },
  },
  {
    operation: 'GetSession',
    call: (sdk) => sdk.getSession(F, S, new GetSessionRequest({})),
    reads: SESSION,
  },
  {
    operation: 'UpdateSession',
    call: (sdk) =>
      sdk.updateSession(
        F,
        S,
        new UpdateSessionRequest({ body: new UpdateSessionInput({ sessionTTLInSeconds: 7200 }) }),
      ),
    reads: { ...SESSION, sessionTTLInSeconds: 7200 },
  },
  {
    operation: 'ListSessions',
    call: (sdk) => sdk.listSessions(F, new ListSessionsRequest({})),
    reads: { sessions: [SESSION] },
  },
  {
    operation: 'ListInstances',
    call: (sdk) => sdk.listInstances(F, new ListInstancesRequest({ withAllActive: true })),
    reads: { instances: [{ qualifier: 'LATEST', versionId: '0', instanceId: expect.any(String) }] },
  },
  {
    operation: 'InvokeFunction',
    call: async (sdk) => {
      const { statusCode, body } = await sdk.invokeFunction(
        F,
        new InvokeFunctionRequest({ body: Readable.from([Buffer.from('payload')]) }),
      );
      return { statusCode: statusCode ?? 0, body: { text: await text(body ?? Readable.from([])) } };
    },
    reads: { text: 'answered' },
  },
  {
    operation: 'PauseSession',
    call: (sdk) => sdk.pauseSession(F, S, new PauseSessionRequest({})),
    reads: { ...SESSION, sessionStatus: 'Paused' },
  },
  {
    operation: 'ResumeSession',
    call: (sdk) => sdk.resumeSession(F, S, new ResumeSessionRequest({ fileSystemOnly: true })),
    reads: { ...SESSION, sessionStatus: 'Active' },
  },
  { operation: 'DeleteSession', call: (sdk) => sdk.deleteSession(F, S, new DeleteSessionRequest({})) },
  {
    operation: 'DisableFunctionInvocation',
    call: (sdk) =>
      sdk.disableFunctionInvocation(
        F,
        new DisableFunctionInvocationRequest({ reason: 'repair', abortOngoingRequest: true }),
      ),
    reads: { success: true },
  },
  {
    operation: 'EnableFunctionInvocation',
    call: (sdk) => sdk.enableFunctionInvocation(F),
    reads: { success: true },
  },
  { operation: 'DeleteFunction', call: (sdk) => sdk.deleteFunction(F) },
];

/** As the vendor's tool waits. */
async function settled(sdk: FcSdk): Promise<void> {
  await expect
    .poll(
      async () => {
        const { body } = await sdk.getFunction(F, new GetFunctionRequest({}));
        return [body?.state, body?.lastUpdateStatus];
      },
      { timeout: 20_000 },
    )
    .toEqual(['Active', 'Successful']);
}

test('A01, A25: the official SDK reads the reply of every operation, each signed', async () => {
  const driver = inProcessDriver((request, response) => {
    request.resume().once('end', () => response.end('answered'));
  });
  const emulator = await startEmulator({ functions: [], driver, ...KEYS });
  onTestFinished(() => emulator.stopNow());
  const sdk = fcSdk(Number(new URL(emulator.api).port), KEYS);
  for (const { operation, call, reads } of ROWS) {
    const { statusCode, body } = await call(sdk).catch((error: Error) => {
      throw new Error(`${operation}: ${error.message}`, { cause: error });
    });
    if (reads === undefined) expect([operation, statusCode]).toEqual([operation, 204]);
    else expect({ operation, statusCode, body }).toMatchObject({ operation, statusCode: 200, body: reads });
    if (operation === 'CreateFunction' || operation === 'UpdateFunction') await settled(sdk);
  }
});

test('the official SDK drops no field of a reply, and gives none another kind', async () => {
  const driver = inProcessDriver((request, response) => {
    request.resume().once('end', () => response.end('answered'));
  });
  const emulator = await startEmulator({ functions: [], driver });
  onTestFinished(() => emulator.stopNow());
  const replies: string[] = [];
  const sdk = fcSdk(await recordingProxy(Number(new URL(emulator.api).port), replies));
  for (const { operation, call } of ROWS.filter((row) => row.operation !== 'InvokeFunction')) {
    const { body } = await call(sdk);
    const reply = replies.at(-1) ?? '';
    if (reply !== '')
      expect({ operation, body: fieldsOf(body) }).toEqual({ operation, body: JSON.parse(reply) });
    if (operation === 'CreateFunction' || operation === 'UpdateFunction') await settled(sdk);
  }
});

/** @returns what the model of the SDK holds, by the names of the wire */
function fieldsOf(body: unknown): unknown {
  const { toMap } = body as { readonly toMap: () => unknown };
  return JSON.parse(JSON.stringify(toMap.call(body)));
}

/** Passes every request on to the port, and records the text of each reply. @returns its own port */
async function recordingProxy(port: number, replies: string[]): Promise<number> {
  const proxy = createServer((incoming, response) => {
    const { method, url, headers } = incoming;
    const outgoing = request({ host: '127.0.0.1', port, method, path: url, headers }, async (reply) => {
      const body = await text(reply);
      replies.push(body);
      response.writeHead(reply.statusCode ?? 0, reply.headers).end(body);
    });
    incoming.pipe(outgoing);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  return (proxy.address() as AddressInfo).port;
}

test('the operations of this table are those of the control API', async () => {
  const emulator = await startEmulator({ functions: [], driver: inProcessDriver() });
  onTestFinished(() => emulator.stopNow());
  const document = JSON.stringify(await (await fetch(`${emulator.api}/_emulator/v1/openapi.json`)).json());
  const served = [...document.matchAll(/"operationId":"([A-Z]\w+)"/g)].map(([, name]) => name);
  expect(ROWS.map(({ operation }) => operation).sort()).toEqual(served.sort());
});

test('A24: the SDK reads the refusal of every operation for a function that does not exist', async () => {
  const emulator = await startEmulator({ functions: [], driver: inProcessDriver() });
  onTestFinished(() => emulator.stopNow());
  const sdk = fcSdk(Number(new URL(emulator.api).port));
  const always = ['CreateFunction', 'ListFunctions', 'ListConcurrencyConfigs', 'ListScalingConfigs'];
  for (const { operation, call } of ROWS.filter((row) => !always.includes(row.operation))) {
    const error = await call(sdk).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect({ operation, error }).toMatchObject({
      operation,
      error: { name: 'ClientError', statusCode: 404, code: 'FunctionNotFound' },
    });
  }
});
