import { afterEach, describe, expect, it } from 'vitest';
import { createApiClient } from '../../src/api/create-api-client.js';
import type { Emulator } from '../../src/emulator-options.js';
import { MovableClock } from '../../src/model/clock.js';
import type { SessionService } from '../../src/model/services.js';
import { type SuiteReport, verdict } from '../../src/verify/report.js';
import { renderReport } from '../../src/verify/reporters.js';
import { runSuite } from '../../src/verify/run-suite.js';
import { lifecycle } from '../../src/verify/suites/lifecycle.js';
import { type AffinityServer, type AffinityServerOptions, startAffinityServer } from './affinity-server.js';
import { startVerified, type VerifiedFunction } from './verified-emulator.js';

const emulators: Emulator[] = [];
const servers: AffinityServer[] = [];

afterEach(async () => {
  await Promise.all([
    ...emulators.splice(0).map((emulator) => emulator.stopNow()),
    ...servers.splice(0).map((server) => server.close()),
  ]);
});

async function serve(options: AffinityServerOptions = {}): Promise<AffinityServer> {
  const server = await startAffinityServer(options);
  servers.push(server);
  return server;
}

async function check(options: AffinityServerOptions = {}): Promise<SuiteReport> {
  const { url, control, sessions } = await serve(options);
  const report = await runSuite('lifecycle', { url, control, mayMoveClock: true });
  expect(sessions).toEqual([]);
  return report;
}

async function checkEmulator(
  served: VerifiedFunction,
  {
    overHttp = false,
    flaw = () => ({}),
  }: { overHttp?: boolean; flaw?: (truth: SessionService) => Partial<SessionService> } = {},
): Promise<SuiteReport> {
  const emulator = await startVerified(served);
  emulators.push(emulator);
  const truth = overHttp ? createApiClient({ endpoint: emulator.api }) : emulator.control;
  const control = { ...truth, sessions: { ...bound(truth.sessions), ...flaw(truth.sessions) } };
  const report = await runSuite('lifecycle', {
    url: `${emulator.functions[0]?.url}/`,
    control,
    mayMoveClock: true,
  });
  const left = await emulator.control.sessions.list({ functionName: 'hello', sessionStatus: 'Active' });
  expect(left.sessions).toEqual([]);
  return report;
}

function bound(truth: SessionService): SessionService {
  return {
    create: (ref, input) => truth.create(ref, input),
    get: (ref) => truth.get(ref),
    list: (query) => truth.list(query),
    update: (ref, input) => truth.update(ref, input),
    delete: (ref) => truth.delete(ref),
    pause: (ref) => truth.pause(ref),
    resume: (ref, options) => truth.resume(ref, options),
  };
}

const ISOLATED = idsOf(lifecycle.checks).filter((id) => /^(isolated|pause|resume)\./.test(id));
const AGAIN = ['again.status', 'again.told', 'again.session', 'again.listed'];

function idsOf(steps: readonly { readonly id: string }[]): string[] {
  return steps.map(({ id }) => id.replace('lifecycle.', ''));
}

function withStatus(report: SuiteReport, status: string): string[] {
  return idsOf(report.steps.filter((step) => step.status === status));
}

function reasonOf(report: SuiteReport, what: string): string | undefined {
  return report.steps.find(({ id }) => id === `lifecycle.${what}`)?.reason;
}

describe('the lifecycle suite on the emulator', () => {
  it.each([
    { type: 'GENERATED_COOKIE', limit: 2, overHttp: false },
    { type: 'GENERATED_COOKIE', limit: 1, overHttp: false },
    { type: 'HEADER_FIELD', limit: 3, overHttp: false },
    { type: 'GENERATED_COOKIE', limit: 20, overHttp: true },
    { type: 'HEADER_FIELD', limit: 2, overHttp: true },
  ] as const)('passes with $type and $limit sessions an instance (over HTTP: $overHttp)', async (served) => {
    const report = await checkEmulator(served, served);
    const unless = await renderReport(report, 'pretty');
    expect(idsOf(report.steps)).toEqual(idsOf(lifecycle.checks));
    expect(withStatus(report, 'failed'), unless).toEqual([]);
    expect(withStatus(report, 'skipped'), unless).toEqual(ISOLATED);
    expect(reasonOf(report, 'pause.status')).toBe('function hello has SHARE, not SESSION_EXCLUSIVE');
    expect(report.notes).toEqual([]);
  });

  it.each(['GENERATED_COOKIE', 'HEADER_FIELD'] as const)(
    'pauses and resumes isolated sessions, with %s',
    async (type) => {
      const report = await checkEmulator({ type, isolation: 'SESSION_EXCLUSIVE' });
      const unless = await renderReport(report, 'pretty');
      expect(withStatus(report, 'failed'), unless).toEqual([]);
      expect(withStatus(report, 'skipped'), unless).toEqual(['place.expired', 'place.deleted']);
      expect(report.notes).toEqual([]);
    },
  );

  it('reports how far it advanced the clock', async () => {
    const report = await checkEmulator({});
    const step = report.steps.find(({ id }) => id === 'lifecycle.no-reuse.within-3-days');
    expect(step?.actual).toContain('(the clock was advanced by 259140 s)');
  });

  it.each<[string, (truth: SessionService) => Partial<SessionService>, string[]]>([
    [
      'answers PauseSession and does not pause',
      (truth) => ({ pause: async (ref) => ({ ...(await truth.get(ref)), sessionStatus: 'Paused' }) }),
      ['pause.status', 'pause.instance', 'pause.refused', 'pause.twice', 'pause.update', 'resume.session'],
    ],
    [
      'names the instance from before the pause',
      (truth) => {
        const first = new Map<string, string>();
        return {
          pause: async (ref) => {
            first.set(ref.sessionId, (await truth.get(ref)).containerId);
            return truth.pause(ref);
          },
          resume: async (ref) => {
            const containerId = first.get(ref.sessionId) ?? '';
            return { ...(await truth.resume(ref)), containerId };
          },
        };
      },
      ['resume.session', 'resume.served'],
    ],
    [
      'restarts the TTL at ResumeSession',
      (truth) => ({
        resume: async (ref) => {
          const session = await truth.resume(ref);
          await truth.update(ref, { sessionTTLInSeconds: 2 * session.sessionTTLInSeconds });
          return session;
        },
        create: (ref, input) => truth.create(ref, { sessionTTLInSeconds: 3600, ...input }),
      }),
      ['resume.ttl'],
    ],
    [
      'answers DeleteSession of a paused session and does not delete it',
      (truth) => ({
        delete: async (ref) => {
          const session = await truth.get(ref).catch(() => undefined);
          if (session?.sessionStatus !== 'Paused') return truth.delete(ref);
        },
      }),
      ['pause.deleted'],
    ],
  ])('fails exactly its steps for an API that %s', async (_what, flaw, failed) => {
    const emulator = await startVerified({ isolation: 'SESSION_EXCLUSIVE' });
    emulators.push(emulator);
    const sessions = { ...bound(emulator.control.sessions), ...flaw(emulator.control.sessions) };
    const control = { ...emulator.control, sessions };
    const url = `${emulator.functions[0]?.url}/`;
    const report = await runSuite('lifecycle', { url, control, mayMoveClock: true });
    expect(withStatus(report, 'failed'), await renderReport(report, 'pretty')).toEqual(failed);
  });
});

describe('the lifecycle suite', () => {
  it.each(['GENERATED_COOKIE', 'HEADER_FIELD'] as const)(
    'passes on a correct server with %s',
    async (type) => {
      const report = await check({ type });
      const unless = await renderReport(report, 'pretty');
      expect(withStatus(report, 'failed'), unless).toEqual([]);
      expect(withStatus(report, 'skipped'), unless).toEqual(ISOLATED);
      expect(verdict(report)).toBe('passed');
    },
  );

  it.each<[string, AffinityServerOptions, string[], string[]]>([
    [
      'never ends a session by its TTL',
      { ttlFrom: 'never' },
      ['ttl.used', 'update.from-creation', 'update.shortened'],
      AGAIN,
    ],
    [
      'renews the TTL with every use',
      { ttlFrom: 'use' },
      ['ttl.used', 'update.from-creation', 'update.shortened'],
      AGAIN,
    ],
    [
      'counts a new TTL from the update',
      { ttlFrom: 'update' },
      ['update.from-creation', 'update.shortened'],
      [],
    ],
    ['never ends an unused session', { idleFrom: 'never' }, ['idle.ends'], []],
    [
      'ends a session by its idle time while it is used',
      { idleFrom: 'creation' },
      ['idle.used'],
      ['idle.ends'],
    ],
    ['does not tell the client of a re-opened session', { again: 'reopens untold' }, ['again.told'], []],
    ['makes the ended session Active again', { again: 'revives' }, ['again.session', 'again.listed'], []],
    [
      'opens another session for an expired one',
      { again: 'opens another' },
      ['again.told', 'again.session', 'again.listed'],
      [],
    ],
    ['applies a shorter TTL only later', { shortensLater: true }, ['update.shortened'], []],
    ['makes a deleted session Active again', { undeletes: true }, ['delete.used-again'], []],
    ['does not free the slot of an expired session', { keepsSlotOf: 'expired' }, ['place.expired'], []],
    ['does not free the slot of a deleted session', { keepsSlotOf: 'deleted' }, ['place.deleted'], []],
    [
      'ignores disableSessionIdReuse',
      { banMs: 0 },
      ['no-reuse.refused', 'no-reuse.not-called', 'no-reuse.nothing-told'],
      ['no-reuse.within-3-days', 'no-reuse.after-3-days'],
    ],
    [
      'refuses an ID for an hour only',
      { banMs: 3_600_000 },
      ['no-reuse.within-3-days', 'no-reuse.after-3-days'],
      [],
    ],
    ['refuses an ID for ever', { banMs: Number.POSITIVE_INFINITY }, ['no-reuse.after-3-days'], []],
    ['calls the function before it refuses', { asksBeforeRefusing: true }, ['no-reuse.not-called'], []],
    ['sets a cookie with a refusal', { setsCookieOnRefusal: true }, ['no-reuse.nothing-told'], []],
    [
      'ignores the cookie of a session',
      { deaf: true },
      [
        ...['again.told', 'again.session', 'again.listed', 'idle.used'],
        ...['no-reuse.refused', 'no-reuse.not-called', 'no-reuse.nothing-told'],
      ],
      ['idle.ends', 'no-reuse.within-3-days', 'no-reuse.after-3-days'],
    ],
  ])('fails exactly its steps for a server that %s', async (_what, options, failed, skipped) => {
    const report = await check(options);
    const unless = await renderReport(report, 'pretty');
    expect(withStatus(report, 'failed'), unless).toEqual(failed);
    expect(
      withStatus(report, 'skipped').filter((what) => !ISOLATED.includes(what)),
      unless,
    ).toEqual(skipped);
  });

  it('skips the checks that need time when the clock is frozen and may not be advanced', async () => {
    const { url, control } = await serve();
    const report = await runSuite('lifecycle', { url, control });
    expect(withStatus(report, 'failed')).toEqual([]);
    expect(withStatus(report, 'passed')).toEqual(['delete.used-again', 'place.deleted']);
    expect(reasonOf(report, 'ttl.used')).toBe("the target's clock is frozen");
  });

  it('waits for seconds when the clock runs, and skips the checks that take days', async () => {
    const { url, control } = await serve();
    const clock = new MovableClock({ frozen: true });
    let waitedMs = 0;
    const impatient = {
      now: () => clock.now(),
      wallTime: () => clock.wallTime(),
      wakeAt: (deadline: number, wake: () => void | Promise<void>) => {
        const callOff = clock.wakeAt(deadline, wake);
        const ahead = deadline - clock.now();
        if (ahead > 3000) return callOff;
        waitedMs += ahead;
        void control.clock.advance(ahead).then(() => clock.advance(ahead));
        return callOff;
      },
    };
    const show = async () => ({ ...(await control.clock.show()), frozen: false });
    const report = await runSuite('lifecycle', {
      url,
      control: { ...control, clock: { ...control.clock, show } },
      clock: impatient,
    });
    const unless = await renderReport(report, 'pretty');
    expect(withStatus(report, 'failed'), unless).toEqual([]);
    expect(
      withStatus(report, 'skipped').filter((what) => !ISOLATED.includes(what)),
      unless,
    ).toEqual(['no-reuse.within-3-days', 'no-reuse.after-3-days']);
    expect(reasonOf(report, 'no-reuse.after-3-days')).toBe(
      "it takes 259200 s, and the suite may not advance the target's clock",
    );
    expect(waitedMs).toBeLessThan(10_000);
  });

  it('skips all steps without a control API, and on a function without sessions', async () => {
    const { url } = await serve();
    const without = await runSuite('lifecycle', { url });
    expect(without).toMatchObject({ passed: 0, failed: 0, skipped: lifecycle.checks.length });
    const report = await check({ type: 'NONE' });
    expect(report.skipped).toBe(lifecycle.checks.length);
    expect(report.steps[0]?.reason).toBe('function hello has NONE, not GENERATED_COOKIE or HEADER_FIELD');
  });
});
