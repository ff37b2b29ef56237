import { describe, expect, onTestFinished, test } from 'vitest';
import { doctorReport } from '../../src/diagnose/doctor.js';
import { startEmulator } from '../../src/emulator.js';
import type { FunctionOptions } from '../../src/emulator-options.js';
import type { DoctorReport } from '../../src/model/doctor-report.js';
import type { RequestRecord } from '../../src/model/request-record.js';
import type { SessionHistory } from '../../src/model/session-history.js';
import type { WalkthroughProgress } from '../../src/model/walkthrough-step.js';
import { runSuite } from '../../src/verify/run-suite.js';
import { inProcessDriver } from '../support/in-process-driver.js';
import { readEvents } from '../support/read-events.js';

async function start(functions: readonly FunctionOptions[]) {
  const emulator = await startEmulator({ functions, driver: inProcessDriver() });
  onTestFinished(() => emulator.stopNow());
  const ask = async (method: string, path: string, body?: object) => {
    const reply = await fetch(`${emulator.api}/_emulator/v1/${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    const text = await reply.text();
    return { status: reply.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  return { emulator, ask };
}

const COOKIE = {
  functionName: 'cart',
  command: ['in-process'],
  affinity: 'cookie',
  sessionsPerInstance: 2,
} as const;
const HEADER = {
  functionName: 'shop',
  command: ['in-process'],
  affinity: 'header',
  headerName: 'session-name',
} as const;

describe('requests', () => {
  async function withRequests() {
    const { emulator, ask } = await start([{ ...HEADER, sessionsPerInstance: 1, maxInstances: 2 }]);
    for (const sessionId of ['a', 'b', 'c', 'a']) {
      const reply = await fetch(emulator.url, { headers: { 'session-name': sessionId } });
      await reply.arrayBuffer();
    }
    const list = async (query = ''): Promise<RequestRecord[]> =>
      (await ask('GET', `requests${query}`)).body.requests;
    return { ask, list, all: await list() };
  }

  test('are listed by session, by instance and by status', async () => {
    const { list, all } = await withRequests();
    const [a, b, refused, again] = all;
    expect(all.map(({ status }) => status)).toEqual([200, 200, 429, 200]);
    expect(await list('?sessionId=a')).toEqual([a, again]);
    expect(await list(`?instanceId=${b?.decision?.instanceId}`)).toEqual([b]);
    expect(await list('?status=429')).toEqual([refused]);
    expect(await list('?status=4xx')).toEqual([refused]);
    expect(await list('?status=2xx')).toEqual([a, b, again]);
  });

  test('are read backwards in pages', async () => {
    const { list, all } = await withRequests();
    const newest = await list('?limit=3');
    expect(newest).toEqual(all.slice(1));
    expect(await list(`?limit=3&before=${newest[0]?.requestId}`)).toEqual(all.slice(0, 1));
  });

  test.each([
    ['status=99', 400, 'InvalidArgument'],
    ['status=4x', 400, 'InvalidArgument'],
    ['limit=0', 400, 'InvalidArgument'],
    ['limit=10001', 400, 'InvalidArgument'],
    ['before=1-nothing', 404, 'RequestNotFound'],
  ])('are not listed for %s', async (query, status, code) => {
    const { ask } = await withRequests();
    expect(await ask('GET', `requests?${query}`)).toMatchObject({ status, body: { Code: code } });
  });
});

describe('the history of a session', () => {
  const history = async (
    ask: Awaited<ReturnType<typeof start>>['ask'],
    path: string,
  ): Promise<SessionHistory> => {
    const { status, body } = await ask('GET', `sessions/${path}`);
    expect(status).toBe(200);
    return body;
  };

  test('has its creation, its requests and its end', async () => {
    const { emulator, ask } = await start([HEADER]);
    await emulator.control.sessions.create(
      { functionName: 'shop' },
      { sessionId: 'a', sessionTTLInSeconds: 60 },
    );
    for (let count = 0; count < 2; count++)
      await (await fetch(`${emulator.url}/cart`, { headers: { 'session-name': 'a' } })).arrayBuffer();
    const before = await history(ask, 'a/history');
    expect(before).toMatchObject({
      sessionId: 'a',
      functionName: 'shop',
      qualifier: 'LATEST',
      session: { status: 'Active', requests: 2 },
      steps: [
        { kind: 'created', at: before.session?.createdAt },
        {
          kind: 'request',
          n: 1,
          method: 'GET',
          target: '/cart',
          status: 200,
          placement: 'bound',
          session: 'known',
        },
        { kind: 'request', n: 2, instanceId: before.session?.instanceId },
      ],
    });
    await emulator.clock.advance(60_000);
    const after = await history(ask, 'a/history?functionName=shop');
    expect(after.steps.at(-1)).toEqual({ kind: 'expired', at: after.session?.expiresAt });
  });

  test('begins with the request that opened it', async () => {
    const { emulator, ask } = await start([HEADER]);
    await (await fetch(emulator.url, { headers: { 'session-name': 'a' } })).arrayBuffer();
    const { steps } = await history(ask, 'a/history');
    expect(steps).toMatchObject([{ kind: 'request', session: 'opened', placement: 'scaled-out' }]);
  });

  test('is kept of a deleted session as far as its requests are', async () => {
    const { emulator, ask } = await start([HEADER]);
    await (await fetch(emulator.url, { headers: { 'session-name': 'a' } })).arrayBuffer();
    await emulator.control.sessions.delete({ functionName: 'shop', sessionId: 'a' });
    expect(await history(ask, 'a/history')).toMatchObject({ session: null, steps: [{ kind: 'request' }] });
  });

  test('of a session that never was is 404', async () => {
    const { ask } = await start([HEADER]);
    expect(await ask('GET', 'sessions/x/history')).toMatchObject({
      status: 404,
      body: { Code: 'SessionNotFound' },
    });
  });
});

test('doctor answers what the command finds in the same requests', async () => {
  const { emulator, ask } = await start([COOKIE]);
  for (let count = 0; count < 4; count++)
    await (await fetch(emulator.url, { headers: { 'User-Agent': 'shop/1' } })).arrayBuffer();
  const report: DoctorReport = (await ask('GET', 'doctor')).body;
  const records = await emulator.control.requests.list();
  expect(report.findings.map(({ rule }) => rule)).toEqual(['cookie-not-returned']);
  expect(report).toEqual(
    doctorReport(records, [
      { functionName: 'cart', sessionAffinity: 'GENERATED_COOKIE', sessionIdleTimeoutInSeconds: 1800 },
    ]),
  );
});

describe('the walkthrough', () => {
  const isStep = ({ type }: { readonly type: string }): boolean => type === 'walkthrough.step';

  test('sends the four documented requests one by one, and each is told to the readers of events', async () => {
    const { emulator, ask } = await start([HEADER, COOKIE]);
    const stream = await readEvents(emulator.api, { query: '?types=walkthrough' });
    await stream.next();
    let runId: string | undefined;
    for (const n of [1, 2, 3, 4]) {
      const reply = await ask('POST', 'walkthrough', runId === undefined ? {} : { runId });
      const progress: WalkthroughProgress = reply.body;
      runId = progress.runId;
      expect(progress).toMatchObject({
        next: n === 4 ? null : n + 1,
        steps: [{ n, ok: true, last: n === 4, functionName: 'cart', response: { status: 200 } }],
      });
      const told = await stream.next();
      expect(isStep(told)).toBe(true);
      expect(told).toMatchObject({ ...progress.steps[0] });
      const sent = (await emulator.control.requests.list()).filter((one) => one.functionName === 'cart');
      expect(sent).toHaveLength(n);
    }
    expect((await ask('POST', 'walkthrough', { runId })).body).toEqual({ runId, steps: [], next: null });
  });

  test('judges as verify does, and leaves its sessions open until it ends', async () => {
    const { emulator, ask } = await start([COOKIE]);
    const { steps }: WalkthroughProgress = (await ask('POST', 'walkthrough', { all: true })).body;
    const open = async (): Promise<number> =>
      (await emulator.control.sessions.list({ functionName: 'cart', sessionStatus: 'Active' })).sessions
        .length;
    expect(await open()).toBe(3);
    expect((await ask('DELETE', 'walkthrough')).status).toBe(204);
    expect(await open()).toBe(0);
    const report = await runSuite('walkthrough', { url: emulator.url, control: emulator.control });
    const judged = (one: { id: string; status: string; title: string; expected: string; source: string }) => [
      one.id,
      one.status,
      one.title,
      one.expected,
      one.source,
    ];
    expect(steps.flatMap(({ checks }) => checks.map(judged))).toEqual(report.steps.map(judged));
  });

  test('a new one ends the one before, also where that has requests left', async () => {
    const { emulator, ask } = await start([COOKIE]);
    const { runId } = (await ask('POST', 'walkthrough', {})).body;
    await ask('POST', 'walkthrough', {});
    const { sessions } = await emulator.control.sessions.list({
      functionName: 'cart',
      sessionStatus: 'Active',
    });
    expect(sessions).toHaveLength(1);
    expect(await ask('POST', 'walkthrough', { runId })).toMatchObject({
      status: 400,
      body: { Code: 'InvalidArgument', Message: expect.stringContaining('under way') },
    });
  });

  test.each([
    [{ functionName: 'nothing' }, 404, "function 'nothing' does not exist"],
    [{ functionName: 'shop' }, 400, "function 'shop' has not sessionAffinity GENERATED_COOKIE"],
    [{ all: 'yes' }, 400, 'all must be true or false'],
  ])('of %j is refused', async (body, status, message) => {
    const { ask } = await start([HEADER]);
    const reply = await ask('POST', 'walkthrough', body);
    expect(reply.status).toBe(status);
    expect(reply.body.Message).toContain(message);
  });

  test('an emulator that stops in the middle of it stops', async () => {
    const { emulator, ask } = await start([COOKIE]);
    await ask('POST', 'walkthrough', {});
    await emulator.stop();
  });
});
