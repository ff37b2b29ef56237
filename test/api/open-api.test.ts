import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { startEmulator } from '../../src/emulator.js';
import { fcSdk } from '../support/fc-sdk.js';
import { inProcessDriver } from '../support/in-process-driver.js';

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

type PathItem = Readonly<Record<'get' | 'post' | 'put' | 'delete', Operation | undefined>> & {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
};

interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, PathItem>>;
}

async function start(maxSessionTTLInSeconds?: number): Promise<string> {
  const emulator = await startEmulator({
    functions: [],
    driver: inProcessDriver(),
    ...(maxSessionTTLInSeconds !== undefined && { maxSessionTTLInSeconds }),
  });
  onTestFinished(() => emulator.stopNow());
  return emulator.api;
}

async function documentAt(api: string): Promise<OpenApi> {
  const reply = await fetch(`${api}/_emulator/v1/openapi.json`);
  expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  return (await reply.json()) as OpenApi;
}

async function document(maxSessionTTLInSeconds?: number): Promise<OpenApi> {
  return documentAt(await start(maxSessionTTLInSeconds));
}

function allows(api: OpenApi, operationId: string, body: object): boolean {
  const schema = find(api, operationId).requestBody?.content['application/json']?.schema ?? {};
  return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(body).success;
}

/** Sends the body to the API. @returns whether it was not refused as invalid */
async function isTaken(origin: string, api: OpenApi, operationId: string, body: object): Promise<boolean> {
  for (const [path, item] of Object.entries(api.paths)) {
    const method = (['post', 'put'] as const).find((one) => item[one]?.operationId === operationId);
    if (method === undefined) continue;
    const reply = await fetch(`${origin}${path.replaceAll(/\{\w+\}/g, 'nothing')}`, {
      method: method.toUpperCase(),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await reply.text();
    return reply.status !== 400;
  }
  throw new Error(`${operationId} is not described`);
}

function operationsOf({ paths }: OpenApi): Operation[] {
  return Object.values(paths).flatMap(({ get, post, put, delete: remove }) =>
    [get, post, put, remove].filter((one) => one !== undefined),
  );
}

function find(api: OpenApi, operationId: string): Operation {
  const found = operationsOf(api).find((one) => one.operationId === operationId);
  if (found === undefined) throw new Error(`${operationId} is not described`);
  return found;
}

describe('GET /_emulator/v1/openapi.json', () => {
  test('describes every operation, each under a name of its own', async () => {
    const api = await document();
    expect(api.openapi).toBe('3.1.0');
    expect(api.info.version).toMatch(/^\d+\.\d+\.\d+/);
    const names = operationsOf(api).map(({ operationId }) => operationId);
    expect(names.filter((name) => !/^[A-Za-z]+$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(50);
  });

  test('names the operations of Function Compute as the official SDK does', async () => {
    const sdk: object = fcSdk(1);
    const theirs = operationsOf(await document())
      .map(({ operationId }) => operationId)
      .filter((name) => /^[A-Z]/.test(name));
    expect(theirs.length).toBeGreaterThan(35);
    const unknown = theirs.filter((name) => !(`${name[0]?.toLowerCase()}${name.slice(1)}` in sdk));
    expect(unknown).toEqual([]);
  });

  test('tells each part of a path, and no part that is not there', async () => {
    for (const [path, { parameters }] of Object.entries((await document()).paths)) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect({ path, named: parameters.map(({ name }) => name) }).toEqual({ path, named });
      expect(parameters.every((one) => one.in === 'path' && one.required)).toBe(true);
      expect(path).not.toContain(':');
    }
  });

  test('refers to nothing that is not in the document', async () => {
    const text = JSON.stringify(await document());
    const references = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target));
    expect([...references]).toEqual(['#/components/schemas/Error']);
  });

  test.each([
    ['CreateSession', { sessionTTLInSeconds: 1 }, true],
    ['CreateSession', { sessionTTLInSeconds: 0 }, false],
    ['CreateSession', { sessionTTLInSeconds: 21_601 }, false],
    ['CreateSession', { disableSessionIdReuse: 'yes' }, false],
    ['CreateSession', { nasConfig: { mountPoints: [{ enableTLS: true }] } }, true],
    ['CreateSession', { nasConfig: { mountPoints: {} } }, false],
    ['CreateAlias', { aliasName: 'prod', versionId: '1' }, true],
    ['CreateAlias', { aliasName: '1st', versionId: '1' }, false],
    ['CreateAlias', { aliasName: 'prod' }, false],
    ['PublishFunctionVersion', {}, true],
    ['PublishFunctionVersion', { description: 1 }, false],
    ['UpdateFunction', { environmentVariables: { A: '1' } }, true],
    ['UpdateFunction', { environmentVariables: { A: 1 } }, false],
    ['CreateFunction', { layers: [{}] }, false],
    ['PutConcurrencyConfig', {}, false],
    ['PutConcurrencyConfig', { reservedConcurrency: 2 }, true],
    ['advanceClock', { milliseconds: -1 }, false],
  ])('the body of %s: %j is allowed: %s, as the API itself judges it', async (operationId, body, allowed) => {
    const origin = await start();
    const api = await documentAt(origin);
    expect(allows(api, operationId, body)).toBe(allowed);
    expect(await isTaken(origin, api, operationId, body)).toBe(allowed);
  });

  test('the query of a list tells its range, and the words that it takes', async () => {
    const api = await document();
    const query = (operationId: string) =>
      Object.fromEntries(find(api, operationId).parameters.map(({ name, schema }) => [name, schema]));
    expect(query('ListSessions')).toEqual({
      qualifier: { type: 'string' },
      limit: { type: 'integer', minimum: 1, maximum: 100 },
      nextToken: { type: 'string' },
      sessionId: { type: 'string' },
      sessionStatus: { type: 'string', enum: ['Active', 'Expired'] },
    });
    expect(query('ListFunctionVersions').direction).toEqual({
      type: 'string',
      enum: ['BACKWARD', 'FORWARD'],
    });
  });

  test('a limit that was lifted is told as it is', async () => {
    const api = await document(86_400);
    expect(allows(api, 'CreateSession', { sessionTTLInSeconds: 86_400 })).toBe(true);
    expect(allows(api, 'CreateSession', { sessionTTLInSeconds: 86_401 })).toBe(false);
  });
});
