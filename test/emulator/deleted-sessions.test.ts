import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { DeleteSessionRequest, GetSessionRequest } from '../support/fc-sdk.js';
import { startInvocable } from '../support/start-invocable.js';

const HEADER = 'x-my-session';
const AFFINITY = {
  sessionAffinity: 'HEADER_FIELD',
  sessionAffinityConfig: { affinityHeaderFieldName: HEADER },
} as const;
const MINE = { headers: { [HEADER]: 'mine' } };

/** A function whose calls wait, each until the test answers it. */
async function start(input: object = {}) {
  const waiting: ServerResponse[] = [];
  const invocable = await startInvocable(
    async (request, response) => {
      // A client that leaves ends the body with an error.
      const body = await text(request).catch(() => '');
      if (body === 'wait') waiting.push(response);
      else response.end('at once');
    },
    { ...AFFINITY, ...input },
  );
  const inFlight = invocable.invoke('wait', MINE);
  inFlight.catch(() => {});
  await expect.poll(() => waiting.length, { timeout: 15_000 }).toBe(1);
  const remove = () => invocable.sdk.deleteSession('hello', 'mine', new DeleteSessionRequest({}));
  return { ...invocable, inFlight, waiting, remove };
}

test('A17: DeleteSession of a shared function: a request in flight ends by itself, the ID then names a new session', async () => {
  const { sdk, invoke, inFlight, waiting, remove, driver, events } = await start();
  await remove();
  expect(driver.running).toHaveLength(1);
  waiting[0]?.end('in the end');
  expect((await inFlight).body.toString()).toBe('in the end');
  expect((await invoke('', MINE)).body.toString()).toBe('at once');
  const { body } = await sdk.getSession('hello', 'mine', new GetSessionRequest({}));
  expect(body?.sessionStatus).toBe('Active');
  expect(events.filter(({ type }) => type === 'session.opened')).toHaveLength(2);
});

test('A18: DeleteSession of an isolated function: a request in flight is aborted, and the instance is gone', async () => {
  const { inFlight, remove, driver } = await start({ instanceIsolationMode: 'SESSION_EXCLUSIVE' });
  await remove();
  expect(driver.running).toEqual([]);
  await expect(inFlight).rejects.toMatchObject({ code: 'ProcessExited', statusCode: 502 });
});
