import { describe, expect, test } from 'vitest';
import type { Identity } from '../../src/model/identity.js';
import { stage } from '../support/scheduler.js';

const MCP = {
  sessionAffinity: 'MCP_STREAMABLE',
  sessionAffinityConfig: { sessionConcurrencyPerInstance: 1 },
} as const;
const unnamed: Identity = { kind: 'instance-issued' };
const sessionless: Identity = { kind: 'none' };
const named = (sessionId: string): Identity => ({ kind: 'session', sessionId, whenUnknown: 'refuse' });

describe('a session that the instance names', () => {
  test('T01 T02 is bound to the instance that named it', async () => {
    const { admit } = stage(MCP);
    const first = await admit(unnamed);
    first.learn('a');
    expect(first).toMatchObject({
      opened: true,
      session: { sessionId: 'a' },
      decision: { session: 'opened' },
    });
    first.release({ answered: true });
    const again = await admit(named('a'));
    expect(again).toMatchObject({ instanceId: first.instanceId, decision: { placement: 'bound' } });
    again.release({ answered: true });
  });

  test('T07 two that wait for their names take two slots', async () => {
    const { admit, driver } = stage({ ...MCP, maxInstances: 2 });
    const both = await Promise.all([admit(unnamed), admit(unnamed)]);
    expect(new Set(both.map(({ instanceId }) => instanceId)).size).toBe(2);
    expect(driver.started).toHaveLength(2);
    await expect(admit(unnamed)).rejects.toMatchObject({ code: 'ResourceExhausted' });
    for (const one of both) one.release({ answered: true });
  });

  test('T06 the slot is free again when the head names no session, while the reply is still under way', async () => {
    const { admit } = stage({ ...MCP, maxInstances: 1 });
    const probe = await admit(unnamed);
    probe.learn(undefined);
    const next = await admit(unnamed);
    next.learn('a');
    for (const one of [probe, next]) one.release({ answered: true });
    expect((await admit(named('a'))).session?.sessionId).toBe('a');
  });

  test('T03 T04 ends when the instance agrees, and its ID is unknown from then on', async () => {
    const { admit } = stage({ ...MCP, maxInstances: 1 });
    const first = await admit(unnamed);
    first.learn('a');
    first.release({ answered: true });
    const last = await admit(named('a'));
    last.endSession();
    last.release({ answered: true });
    await expect(admit(named('a'))).rejects.toMatchObject({ code: 'SessionNotFound', status: 404 });
    (await admit(unnamed)).release({ answered: true });
  });

  test('T10 U14 is refused after its idle time; a newer protocol goes on without a session', async () => {
    const { admit, clock } = stage(MCP);
    const first = await admit(unnamed);
    first.learn('a');
    first.release({ answered: true });
    await clock.advance(1800_000);
    await expect(admit(named('a'))).rejects.toMatchObject({ code: 'SessionNotFound' });
    const ignored = await admit({ kind: 'session', sessionId: 'a', whenUnknown: 'ignore' });
    expect(ignored).toMatchObject({ session: undefined, decision: { session: 'none' } });
    ignored.release({ answered: true });
  });

  test('U23 does not move when its instance dies', async () => {
    const { admit, driver } = stage(MCP);
    const first = await admit(unnamed);
    first.learn('a');
    first.release({ answered: true });
    await driver.started.at(-1)?.crash();
    await expect(admit(named('a'))).rejects.toMatchObject({ code: 'SessionNotFound' });
  });

  test('S11 that ends with its request is gone when the request is released', async () => {
    const { admit } = stage({ ...MCP, sessionAffinity: 'MCP_SSE', maxInstances: 1 });
    const stream = await admit(unnamed);
    stream.learn('a', { endsWithRequest: true });
    const message = await admit(named('a'));
    expect(message.instanceId).toBe(stream.instanceId);
    message.release({ answered: true });
    stream.release({ answered: true });
    await expect(admit(named('a'))).rejects.toMatchObject({ code: 'SessionNotFound' });
  });

  test('S07 outlives every TTL and idle time while its stream is open', async () => {
    const { admit, clock } = stage({ ...MCP, sessionAffinity: 'MCP_SSE' });
    const stream = await admit(unnamed);
    stream.learn('a', { endsWithRequest: true });
    await clock.advance(30 * 86_400_000);
    (await admit(named('a'))).release({ answered: true });
    stream.release({ answered: true });
  });

  test('an ID of an Active session is not given to another', async () => {
    const { admit } = stage(MCP);
    const [first, second] = [await admit(unnamed), await admit(unnamed)];
    first.learn('a');
    second.learn('a');
    expect(second.session).toBeUndefined();
    for (const one of [first, second]) one.release({ answered: true });
    expect((await admit(named('a'))).instanceId).toBe(first.instanceId);
  });

  test('report 3: 10,000 IDs that hash alike are bound to the instances that named them', async () => {
    const { admit } = stage({
      ...MCP,
      sessionAffinityConfig: { sessionConcurrencyPerInstance: 200 },
      maxInstances: 50,
    });
    const instanceOf = new Map<string, string>();
    for (let count = 0; count < 10_000; count++) {
      const first = await admit(unnamed);
      first.learn(idThatHashesAlike(count));
      first.release({ answered: true });
      instanceOf.set(idThatHashesAlike(count), first.instanceId);
    }
    expect(instanceOf.size).toBe(10_000);
    expect(new Set([...instanceOf.keys()].map(polynomialHash)).size).toBe(1);
    expect(new Set(instanceOf.values()).size).toBe(50);
    for (const [sessionId, instanceId] of instanceOf) {
      const again = await admit(named(sessionId));
      expect(again.instanceId).toBe(instanceId);
      again.release({ answered: true });
    }
  });

  test('S10 T09 a request without a slot counts toward the 200 alone, and goes to any instance', async () => {
    const { admit } = stage({ ...MCP, maxInstances: 1 });
    const first = await admit(unnamed);
    first.learn('a');
    const others = [];
    for (let count = 1; count < 200; count++) others.push(await admit(sessionless));
    await expect(admit(sessionless)).rejects.toMatchObject({ code: 'ResourceExhausted' });
    await expect(admit(named('a'))).rejects.toMatchObject({ code: 'ResourceExhausted', status: 429 });
    for (const one of [first, ...others]) one.release({ answered: true });
  });
});

/** `Aa` and `BB` have the same hash, so all words of them that are equally long have. */
function idThatHashesAlike(number: number): string {
  const digits = number.toString(2).padStart(14, '0');
  return digits.replaceAll(/[01]/g, (digit) => (digit === '0' ? 'Aa' : 'BB'));
}

/** The hash of Java's strings. */
function polynomialHash(text: string): number {
  return [...text].reduce((hash, character) => (hash * 31 + character.charCodeAt(0)) | 0, 0);
}
