import { afterEach, describe, expect, it } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import { FcError } from '../../src/model/errors.js';
import type { SessionService } from '../../src/model/services.js';
import type { SuiteReport } from '../../src/verify/report.js';
import { verdict } from '../../src/verify/report.js';
import { runSuite } from '../../src/verify/run-suite.js';
import { sessionApi } from '../../src/verify/suites/session-api.js';
import { type AffinityServer, type AffinityServerOptions, startAffinityServer } from './affinity-server.js';

const running: AffinityServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function serve(options: AffinityServerOptions = {}): Promise<AffinityServer> {
  const server = await startAffinityServer(options);
  running.push(server);
  return server;
}

async function check(options: AffinityServerOptions = {}): Promise<SuiteReport> {
  const server = await serve(options);
  const report = await runSuite('session-api', {
    url: server.url,
    control: server.control,
    mayMoveClock: true,
  });
  expect(server.sessions).toEqual([]);
  return report;
}

function withStatus(report: SuiteReport, status: string): string[] {
  return report.steps
    .filter((step) => step.status === status)
    .map(({ id }) => id.replace('session-api.', ''));
}

describe('the session-api suite', () => {
  it.each(['GENERATED_COOKIE', 'HEADER_FIELD'] as const)(
    'passes on a correct server with %s',
    async (type) => {
      const report = await check({ type });
      expect(report.steps.map(({ id }) => id)).toEqual(sessionApi.checks.map(({ id }) => id));
      expect(withStatus(report, 'failed')).toEqual([]);
      expect(withStatus(report, 'skipped')).toEqual(['unsupported.create']);
      expect(verdict(report)).toBe('passed');
    },
  );

  it('does not advance the clock of another target, and skips the checks that need time when that clock is frozen', async () => {
    const { url, control } = await serve();
    const report = await runSuite('session-api', { url, control });
    expect(withStatus(report, 'failed')).toEqual([]);
    expect(withStatus(report, 'skipped')).toEqual([
      'get.expired',
      'update.expired',
      'update.ttl',
      'list.expired',
      'list.both',
      'unsupported.create',
    ]);
    expect(report.steps.find(({ id }) => id.endsWith('get.expired'))?.reason).toBe(
      "the target's clock is frozen",
    );
  });

  it('waits a second on a target whose clock runs', async () => {
    const server = await serve();
    const { control } = server;
    const clock = new MovableClock({ frozen: true });
    const running = { now: '', offsetMs: 0, frozen: false };
    let waits = 0;
    const impatient = {
      now: () => clock.now(),
      wallTime: () => clock.wallTime(),
      wakeAt: (deadline: number, wake: () => void | Promise<void>) => {
        const callOff = clock.wakeAt(deadline, wake);
        if (deadline - clock.now() > 1000) return callOff;
        waits += 1;
        void control.clock.advance(deadline - clock.now()).then(() => clock.advance(deadline - clock.now()));
        return callOff;
      },
    };
    const report = await runSuite('session-api', {
      url: server.url,
      control: { ...control, clock: { ...control.clock, show: async () => running } },
      clock: impatient,
    });
    expect(waits).toBe(4);
    expect(withStatus(report, 'failed')).toEqual([]);
    expect(withStatus(report, 'skipped')).toEqual(['unsupported.create']);
  });

  it('skips all steps without a control API, and on a function without sessions', async () => {
    const { url } = await serve();
    const without = await runSuite('session-api', { url });
    expect(without).toMatchObject({ passed: 0, failed: 0, skipped: sessionApi.checks.length });
    const report = await check({ type: 'NONE' });
    expect(report.skipped).toBe(sessionApi.checks.length);
    expect(report.steps[0]?.reason).toBe('function hello has NONE, whose sessions have no API');
  });

  it('fails the steps whose API call fails without an error of the API', async () => {
    const report = await check({
      refuse: { update: () => Promise.reject(new SyntaxError('Unexpected end of JSON input')) },
    });
    expect(withStatus(report, 'failed')).toEqual(['update.expired', 'update.ttl']);
    expect(report.steps.find(({ id }) => id.endsWith('update.ttl'))?.actual).toContain(
      'Unexpected end of JSON',
    );
  });

  it('fails the step with an unexpected refusal, skips the later steps, and deletes its sessions', async () => {
    const refuse = { update: () => Promise.reject(new FcError('InternalServerError', 'broken')) };
    const report = await check({ refuse });
    expect(withStatus(report, 'failed')).toEqual(['update.expired', 'update.ttl']);
    expect(withStatus(report, 'skipped')).toContain('list.pages');
    expect(report.steps).toHaveLength(sessionApi.checks.length);
  });

  it.each<[string, AffinityServerOptions, string[]]>([
    [
      'names a wrong instance',
      { tellSession: (session) => ({ ...session, containerId: 'c-lie' }) },
      ['create.instance', 'use.instance'],
    ],
    [
      'leaves out the qualifier',
      { tellSession: ({ qualifier: _, ...session }) => session as never },
      ['create.fields', 'create.qualifier'],
    ],
    ['ignores the cookie of a session', { deaf: true }, ['use.instance', 'use.nothing-planted']],
  ])('fails exactly its steps for a server that %s', async (_what, options, failed) => {
    const server = await serve({ limit: 1, ...options });
    const { url, control } = server;
    const report = await runSuite('session-api', { url, control, mayMoveClock: true });
    expect(withStatus(report, 'failed')).toEqual(failed);
  });

  it.each<[string, (truth: SessionService) => Partial<SessionService>, string[]]>([
    [
      'creates a session on another instance than it names',
      (truth) => ({
        create: async (ref, input) => ({ ...(await truth.create(ref, input)), containerId: 'c-other' }),
      }),
      ['create.instance', 'get.active', 'use.instance', 'update.ttl'],
    ],
    [
      'returns the first page again and again',
      (truth) => ({
        list: async ({ nextToken: _, ...query }) => ({ nextToken: 'more', ...(await truth.list(query)) }),
      }),
      ['list.pages', 'list.both'],
    ],
    [
      'does not filter by status',
      (truth) => ({ list: ({ sessionStatus: _, ...query }) => truth.list(query) }),
      ['list.active', 'list.expired'],
    ],
    [
      'does not filter by ID',
      (truth) => ({ list: ({ sessionId: _, ...query }) => truth.list(query) }),
      ['list.by-id', 'delete.unlisted'],
    ],
    [
      'does not change lastModifiedTime',
      (truth) => ({
        update: async (ref, input) => {
          const session = await truth.update(ref, input);
          return { ...session, lastModifiedTime: session.createdTime };
        },
      }),
      ['update.ttl'],
    ],
    [
      'does not look at the function name',
      (truth) => ({ get: (ref) => truth.get({ ...ref, functionName: 'hello' }) }),
      ['unknown-function.error'],
    ],
    [
      'does not delete',
      () => ({ delete: async () => {} }),
      ['delete.gone', 'delete.unlisted', 'delete.used-again'],
    ],
    [
      'accepts any TTL and idle time',
      (truth) => ({
        create: (ref, { sessionTTLInSeconds: ttl = 21600, ...input }) =>
          truth.create(ref, ttl < 1 || ttl > 21600 ? input : { sessionTTLInSeconds: ttl, ...input }),
      }),
      ['create.ttl-0', 'create.ttl-21601'],
    ],
  ])('fails exactly its steps for an API that %s', async (_what, flaw, failed) => {
    const { url, control } = await serve();
    const sessions = { ...control.sessions, ...flaw(control.sessions) };
    const report = await runSuite('session-api', {
      url,
      control: { ...control, sessions },
      mayMoveClock: true,
    });
    expect(withStatus(report, 'failed')).toEqual(failed);
  });
});
