import { afterEach, describe, expect, it } from 'vitest';
import { createApiClient } from '../../src/api/create-api-client.js';
import type { Emulator } from '../../src/emulator-options.js';
import { type SuiteReport, verdict } from '../../src/verify/report.js';
import { renderReport } from '../../src/verify/reporters.js';
import { runSuite } from '../../src/verify/run-suite.js';
import { limits } from '../../src/verify/suites/limits.js';
import { type AffinityServer, type AffinityServerOptions, startAffinityServer } from './affinity-server.js';
import { startVerified } from './verified-emulator.js';

const emulators: Emulator[] = [];
const servers: AffinityServer[] = [];

afterEach(async () => {
  await Promise.all([
    ...emulators.splice(0).map((emulator) => emulator.stopNow()),
    ...servers.splice(0).map((server) => server.close()),
  ]);
});

async function serve(options: AffinityServerOptions = {}): Promise<AffinityServer> {
  const server = await startAffinityServer({ maxInstances: 4, ...options });
  servers.push(server);
  return server;
}

async function check(options: AffinityServerOptions = {}): Promise<SuiteReport> {
  const server = await serve(options);
  const report = await runSuite('limits', { url: server.url, control: server.control });
  expect(server.sessions).toEqual([]);
  return report;
}

function idsOf(steps: readonly { readonly id: string }[]): string[] {
  return steps.map(({ id }) => id.replace('limits.', ''));
}

function withStatus(report: SuiteReport, status: string): string[] {
  return idsOf(report.steps.filter((step) => step.status === status));
}

/** The steps that need the handler to set a cookie or open a WebSocket. The handler of broken-gateways.test.ts does that. */
const ASKED = ['cookie.kept', 'upgrade.nothing-told'];

function reasonOf(report: SuiteReport, what: string): string | undefined {
  return report.steps.find(({ id }) => id === `limits.${what}`)?.reason;
}

describe('the limits suite on the emulator', () => {
  it.each([
    { type: 'GENERATED_COOKIE', limit: 2, overHttp: false, isolation: 'SHARE' },
    { type: 'HEADER_FIELD', limit: 3, overHttp: false, isolation: 'SHARE' },
    { type: 'GENERATED_COOKIE', limit: 20, overHttp: true, isolation: 'SHARE' },
    { type: 'GENERATED_COOKIE', limit: 1, overHttp: false, isolation: 'SESSION_EXCLUSIVE' },
  ] as const)(
    'passes with $type, $limit sessions an instance, $isolation (over HTTP: $overHttp)',
    async (served) => {
      const emulator = await startVerified(served);
      emulators.push(emulator);
      const url = `${emulator.functions[0]?.url}/`;
      const control = served.overHttp ? createApiClient({ endpoint: emulator.api }) : emulator.control;
      const report = await runSuite('limits', { url, control });
      const unless = await renderReport(report, 'pretty');
      expect(idsOf(report.steps)).toEqual(idsOf(limits.checks));
      expect(withStatus(report, 'failed'), unless).toEqual([]);
      expect(withStatus(report, 'skipped'), unless).toEqual([
        ...ASKED,
        ...(served.limit === 1 ? ['load.new-instance'] : []),
      ]);
      expect(report.notes).toEqual([]);
      const left = await emulator.control.sessions.list({ functionName: 'hello', sessionStatus: 'Active' });
      expect(left.sessions).toEqual([]);
    },
  );
});

describe('the limits suite', () => {
  it.each(['GENERATED_COOKIE', 'HEADER_FIELD'] as const)(
    'passes every step on a true server with %s',
    async (type) => {
      const report = await check({ type });
      const unless = await renderReport(report, 'pretty');
      expect(withStatus(report, 'failed'), unless).toEqual([]);
      expect(withStatus(report, 'skipped'), unless).toEqual(ASKED);
      expect(verdict(report)).toBe('passed');
    },
  );

  it.each<[string, AffinityServerOptions, string[]]>([
    ['takes any load', { realLoad: 1000 }, ['load.bound', 'load.not-called']],
    ['puts a new session on a loaded instance', { overloads: true }, ['load.new-instance']],
    [
      'knows no ceiling',
      { realCeiling: 1000 },
      ['burst.answered', 'ceiling.status', 'ceiling.nothing-told', 'ceiling.not-called'],
    ],
    ['oversubscribes its instances', { realLimit: 3 }, ['burst.answered', 'burst.places']],
    ['sets a cookie with a refusal', { setsCookieOnRefusal: true }, ['ceiling.nothing-told']],
    [
      'calls the function before it refuses',
      { asksBeforeRefusing: true },
      ['headers.not-called', 'load.not-called', 'ceiling.not-called'],
    ],
    [
      'accepts heads that are one byte too long',
      { headSlack: 1 },
      ['target.4097', 'headers.8193', 'headers.not-called'],
    ],
    ['refuses heads of the allowed length', { headSlack: -1 }, ['target.4096', 'headers.8192']],
    ['accepts any ID', { type: 'HEADER_FIELD', takesAnyId: true }, ['id.malformed']],
    ['echoes the ID of the client', { type: 'HEADER_FIELD', echoes: true }, ['id.unknown']],
  ])('fails exactly its steps for a server that %s', async (_what, options, failed) => {
    const report = await check(options);
    expect(withStatus(report, 'failed'), await renderReport(report, 'pretty')).toEqual(failed);
  });

  it('judges only the request heads without a control API', async () => {
    const { url } = await serve();
    const report = await runSuite('limits', { url });
    expect(withStatus(report, 'failed')).toEqual([]);
    expect(withStatus(report, 'passed')).toEqual(
      idsOf(limits.checks).filter((what) => /^(target|headers|id)\./.test(what)),
    );
    expect(reasonOf(report, 'load.bound')).toContain('there is no control API');
  });

  it('does not open hundreds of sessions to reach the ceiling', async () => {
    const report = await check({ limit: 20, maxInstances: 20 });
    expect(withStatus(report, 'failed')).toEqual([]);
    expect(reasonOf(report, 'ceiling.status')).toContain('the suite opens at most 100');
  });

  it('skips the checks that need a second instance when maxInstances is 1', async () => {
    const report = await check({ maxInstances: 1 });
    expect(withStatus(report, 'failed')).toEqual([]);
    expect(withStatus(report, 'skipped')).toEqual([...ASKED, 'load.new-session', 'load.new-instance']);
  });

  it('skips all steps on a function without sessions', async () => {
    const report = await check({ type: 'NONE' });
    expect(report).toMatchObject({ passed: 0, failed: 0, skipped: limits.checks.length });
  });
});
