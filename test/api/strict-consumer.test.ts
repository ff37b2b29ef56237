import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServedApi, serveApi } from '../support/serve-api.js';
import { createStrictly } from '../support/strict-consumer.js';

let api: ServedApi;
beforeAll(async () => {
  api = await serveApi();
});
afterAll(() => api.stop());

const asked = () => ({
  port: api.port,
  functionName: 'header',
  qualifier: 'prod',
  sessionAffinityType: 'HEADER_FIELD',
  sessionId: 'tenant_1-a',
  sessionTTLInSeconds: 7200,
  sessionIdleTimeoutInSeconds: 0,
  disableSessionIdReuse: true,
});

describe('a consumer that believes nothing', () => {
  test('A02, A05: finds every term echoed exactly', async () => {
    const containerId = await createStrictly(asked());
    const [instance] = await api.control.instances.list({ functionName: 'header', qualifier: 'prod' });
    expect(containerId).toBe(instance?.instanceId);
  });

  test('refuses what is not exactly so', async () => {
    await expect(createStrictly(asked())).rejects.toThrow(/status 409/);
    const other = { ...asked(), sessionId: 'other', sessionAffinityType: 'GENERATED_COOKIE' };
    await expect(createStrictly(other)).rejects.toThrow(/sessionAffinityType is "HEADER_FIELD"/);
  });
});
