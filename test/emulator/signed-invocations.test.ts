import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { signedHeaders } from '../../src/api/client/sign-request.js';
import { createApiClient } from '../../src/api/create-api-client.js';
import { sdkError } from '../support/fc-sdk.js';
import { rawRequest } from '../support/raw-request.js';
import { startInvocable } from '../support/start-invocable.js';

const KEYS = { accessKeyId: 'LTAI5tTest', accessKeySecret: 'a-secret' };
const INVOCATIONS = '/2023-03-30/functions/hello/invocations';

/** Notes the bodies that it gets, and sends each back. */
function noting(): {
  bodies: Buffer[];
  handler: (request: IncomingMessage, response: ServerResponse) => void;
} {
  const bodies: Buffer[] = [];
  return {
    bodies,
    handler(request, response) {
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk) => chunks.push(chunk))
        .on('end', () => {
          bodies.push(Buffer.concat(chunks));
          response.end(Buffer.concat(chunks));
        });
    },
  };
}

describe('InvokeFunction with a pair of keys', () => {
  test('a signed body reaches the function whole, up to 32 MiB, in chunks as the SDK sends it', async () => {
    const { handler } = noting();
    const { invoke } = await startInvocable(handler, {}, KEYS);
    for (const size of [0, 1, 300_000, 32 * 1024 * 1024]) {
      const body = randomBytes(size);
      const reply = await invoke(body);
      expect([reply.status, reply.body.equals(body)]).toEqual([200, true]);
    }
  }, 60_000);

  test('a body of which one byte was changed does not reach the function', async () => {
    const { bodies, handler } = noting();
    const { emulator } = await startInvocable(handler, {}, KEYS);
    const { host, port } = new URL(emulator.api);
    const body = 'the order of Ann';
    const request = { method: 'POST', target: INVOCATIONS, host, body, headers: {} };
    const changed = await rawRequest(Number(port), {
      method: 'POST',
      path: INVOCATIONS,
      headers: signedHeaders(KEYS, request),
      body: 'the order of Bnn',
    });
    expect([changed.status, JSON.parse(changed.text).Code]).toEqual([403, 'SignatureNotMatch']);
    expect(bodies).toEqual([]);

    const headers = signedHeaders(KEYS, request);
    const path = INVOCATIONS;
    expect((await rawRequest(Number(port), { method: 'POST', path, headers, body })).status).toBe(200);
    expect((await rawRequest(Number(port), { method: 'POST', path, headers, body })).status).toBe(403);
    expect(bodies.map(String)).toEqual([body]);
  });

  test('a body beyond 32 MiB is refused', async () => {
    const { bodies, handler } = noting();
    const { invoke } = await startInvocable(handler, {}, KEYS);
    const error = await sdkError(invoke(Buffer.alloc(32 * 1024 * 1024 + 1)));
    expect([error.statusCode, error.code]).toEqual([400, 'EntityTooLarge']);
    expect(bodies).toEqual([]);
  }, 60_000);

  test('our own client signs what it sends', async () => {
    const { handler } = noting();
    const { emulator } = await startInvocable(handler, {}, KEYS);
    const client = createApiClient({ endpoint: emulator.api, ...KEYS });
    const body = randomBytes(1000);
    const reply = await client.invoke({ functionName: 'hello' }, { body });
    const chunks: Uint8Array[] = [];
    for await (const chunk of reply.body) chunks.push(chunk as Uint8Array);
    expect(Buffer.concat(chunks).equals(body)).toBe(true);
    expect((await client.describeFunction({ functionName: 'hello' })).sessionAffinity).toBe(
      'GENERATED_COOKIE',
    );
  });

  test('a function that does not exist is not told without a signature', async () => {
    const { emulator } = await startInvocable(undefined, {}, KEYS);
    const path = INVOCATIONS.replace('hello', 'nobody');
    const { status, text } = await rawRequest(Number(new URL(emulator.api).port), {
      method: 'POST',
      path,
      body: 'x',
    });
    expect([status, JSON.parse(text).Code]).toEqual([400, 'MissingRequiredHeader']);
  });
});
