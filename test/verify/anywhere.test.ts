import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCloudClient } from '../../src/api/create-cloud-client.js';
import { startEmulator } from '../../src/emulator.js';
import { type Clock, MovableClock } from '../../src/model/clock.js';
import type { SessionAffinityType } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { SuiteReport } from '../../src/verify/report.js';
import { renderReport } from '../../src/verify/reporters.js';
import { runSuite } from '../../src/verify/run-suite.js';
import type { SuiteId } from '../../src/verify/suites.js';
import type { VerifyTarget } from '../../src/verify/target.js';
import { TargetTime } from '../../src/verify/target-time.js';
import { inProcessDriver } from '../support/in-process-driver.js';
import { startAffinityServer } from './affinity-server.js';

const KEYS = { accessKeyId: 'verify', accessKeySecret: 'a secret' };

interface Cloud {
  readonly target: VerifyTarget;
  readonly paths: ReadonlySet<string>;
  readonly clock: MovableClock;
}

/** An emulator that accepts signed requests only, behind a gateway that forwards only the vendor's paths. */
async function startCloud(type: SessionAffinityType, isolated = false): Promise<Cloud> {
  const clock = new MovableClock({ frozen: true });
  const config = completeFunction({
    functionName: 'hello',
    command: ['in-process'],
    sessionAffinity: type,
    instanceIsolationMode: isolated ? 'SESSION_EXCLUSIVE' : 'SHARE',
    sessionAffinityConfig: {
      sessionConcurrencyPerInstance: isolated ? 1 : 2,
      ...(type === 'HEADER_FIELD' && { affinityHeaderFieldName: 'x-session-id' }),
    },
    timeout: 60,
  });
  const emulator = await startEmulator({
    functions: [{ config }],
    driver: inProcessDriver(),
    clock,
    ...KEYS,
  });
  onTestFinished(() => emulator.stopNow());
  const paths = new Set<string>();
  const api = new URL(emulator.api);
  const gateway = createServer((incoming, outgoing) => {
    const { method = '', url: path = '', rawHeaders } = incoming;
    paths.add(path.replace(/\/sessions\/[^/?]+/, '/sessions/{id}').replace(/\?.*/, ''));
    const forwarded = httpRequest(
      { hostname: api.hostname, port: api.port, method, path, headers: rawHeaders },
      (reply) => {
        outgoing.writeHead(reply.statusCode ?? 0, reply.rawHeaders);
        reply.pipe(outgoing);
      },
    );
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => gateway.close(() => resolve())));
  const endpoint = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  const control = createCloudClient({ endpoint, ...KEYS });
  return { target: { url: `${emulator.url}/`, control, functionName: 'hello' }, paths, clock };
}

/** A clock whose waits end at once and advance the session clock. */
function passing(session: MovableClock): Clock {
  const clock = new MovableClock({ frozen: true });
  return {
    now: () => clock.now(),
    wallTime: () => clock.wallTime(),
    wakeAt(deadline, wake) {
      const callOff = clock.wakeAt(deadline, wake);
      const ahead = deadline - clock.now();
      // The time limit of a request is not a wait.
      if (ahead <= 60_000) void session.advance(ahead).then(() => clock.advance(ahead));
      return callOff;
    },
  };
}

const idsOf = (report: SuiteReport, status: string): string[] =>
  report.steps.filter((step) => step.status === status).map(({ id }) => id);

describe('a target with the API of Function Compute alone, signed', () => {
  it.each<[SuiteId, SessionAffinityType]>([
    ['walkthrough', 'GENERATED_COOKIE'],
    ['header', 'HEADER_FIELD'],
    ['session-api', 'GENERATED_COOKIE'],
    ['session-api', 'HEADER_FIELD'],
  ])('passes %s with %s; only the vendor’s paths are called', async (suite, type) => {
    const { target, paths, clock } = await startCloud(type);
    const report = await runSuite(suite, { ...target, clock: passing(clock) });
    const page = await renderReport(report, 'pretty');
    expect(idsOf(report, 'failed'), page).toEqual([]);
    expect(idsOf(report, 'skipped'), page).toEqual(
      suite === 'session-api' ? ['session-api.unsupported.create'] : [],
    );
    expect([...paths].filter((path) => !path.startsWith('/2023-03-30/functions/'))).toEqual([]);
    expect(report.notes).toEqual([]);
  });

  it.each([false, true])(
    'passes lifecycle by waiting with --patient (isolated: %s), except for the checks that take three days',
    async (isolated) => {
      const { target, clock } = await startCloud('GENERATED_COOKIE', isolated);
      const report = await runSuite('lifecycle', { ...target, clock: passing(clock), patient: true });
      const page = await renderReport(report, 'pretty');
      expect(idsOf(report, 'failed'), page).toEqual([]);
      const skipped = idsOf(report, 'skipped').filter((id) =>
        isolated ? !id.includes('.place.') : !/\.(isolated|pause|resume)\./.test(id),
      );
      expect(skipped, page).toEqual(['lifecycle.no-reuse.within-3-days', 'lifecycle.no-reuse.after-3-days']);
    },
  );

  it('judges the checks of limits that need no counts of instances and requests', async () => {
    const { target } = await startCloud('GENERATED_COOKIE');
    const report = await runSuite('limits', target);
    const page = await renderReport(report, 'pretty');
    expect(idsOf(report, 'failed'), page).toEqual([]);
    const reasons = new Set(report.steps.flatMap(({ reason = [] }) => reason));
    expect([...reasons].filter((reason) => !reason.startsWith('the handler '))).toEqual([
      'the control API does not count requests in flight',
      'how many instances the function may have is not known',
    ]);
  });
});

describe('a target without a control API', () => {
  it('passes the header suite when the header name is given, except for the checks of free slots', async () => {
    const server = await startAffinityServer({ type: 'HEADER_FIELD' });
    onTestFinished(() => server.close());
    const target = { url: server.url, headerName: 'mySessionId', sessionsPerInstance: 2 };
    const report = await runSuite('header', target);
    expect(idsOf(report, 'failed'), await renderReport(report, 'pretty')).toEqual([]);
    expect(idsOf(report, 'skipped')).toEqual(['header.spread.instances']);
  });
});

describe('time at a target', () => {
  it('passes by waiting, in units of ten seconds with --patient, and reports each second', async () => {
    const clock = new MovableClock({ frozen: true });
    const told: number[] = [];
    const time = await TargetTime.open({
      clock,
      targetClock: undefined,
      patient: true,
      onWait: ({ seconds, ofSeconds }) => {
        expect(ofSeconds).toBe(3);
        told.push(seconds);
        if (seconds < 3) queueMicrotask(() => void clock.advance(1000));
      },
    });
    expect(time.unitInSeconds).toBe(10);
    const start = await time.now();
    await time.pass(3);
    expect(told).toEqual([0, 1, 2, 3]);
    expect((await time.now()) - start).toBe(3000);
  });

  it('names the option that helps when it cannot pass', async () => {
    const clock = new MovableClock({ frozen: true });
    const impatient = await TargetTime.open({ clock, targetClock: undefined });
    const patient = await TargetTime.open({ clock, targetClock: undefined, patient: true });
    expect(impatient.obstacle(3)).toBeUndefined();
    expect(impatient.obstacle(30)).toBe(
      "it takes 30 s, and the suite may not advance the target's clock: give --patient",
    );
    expect(patient.obstacle(30)).toBeUndefined();
    expect(patient.obstacle(259_200)).toBe(
      "it takes 259200 s, and the suite may not advance the target's clock",
    );
  });

  it('ends a wait when the run is aborted', async () => {
    const controller = new AbortController();
    const clock = new MovableClock({ frozen: true });
    const { signal } = controller;
    const time = await TargetTime.open({ clock, targetClock: undefined, patient: true, signal });
    const waiting = time.pass(600);
    controller.abort(new Error('interrupted'));
    await expect(waiting).rejects.toThrow('interrupted');
  });
});
