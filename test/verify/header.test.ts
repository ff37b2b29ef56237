import { afterEach, describe, expect, it } from 'vitest';
import type { Session } from '../../src/model/session.js';
import { type SuiteReport, verdict } from '../../src/verify/report.js';
import { runSuite } from '../../src/verify/run-suite.js';
import { header } from '../../src/verify/suites/header.js';
import { type AffinityServer, type AffinityServerOptions, startAffinityServer } from './affinity-server.js';

const running: AffinityServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function check(options: AffinityServerOptions): Promise<SuiteReport> {
  const server = await startAffinityServer({ type: 'HEADER_FIELD', ...options });
  running.push(server);
  const report = await runSuite('header', { url: server.url, control: server.control });
  expect(server.sessions).toEqual([]);
  return report;
}

function withStatus(report: SuiteReport, status: string): string[] {
  return report.steps.filter((step) => step.status === status).map(({ id }) => id.replace('header.', ''));
}

describe('the header suite', () => {
  it.each([2, 3, 5])('passes every step on a correct server with %d sessions an instance', async (limit) => {
    const report = await check({ limit });
    expect(report.steps.map(({ id }) => id)).toEqual(header.checks.map(({ id }) => id));
    expect(withStatus(report, 'failed')).toEqual([]);
    expect(withStatus(report, 'skipped')).toEqual([]);
    expect(verdict(report)).toBe('passed');
  });

  it('skips the checks that need two sessions on an instance when the limit is one', async () => {
    const report = await check({ limit: 1 });
    expect(withStatus(report, 'failed')).toEqual([]);
    expect(withStatus(report, 'skipped')).toEqual(['chosen.same-instance']);
  });

  it('does not open hundreds of sessions to test their distribution', async () => {
    const report = await check({ limit: 30 });
    expect(withStatus(report, 'skipped')).toEqual(['spread.instances', 'spread.repeats']);
  });

  it('skips all steps without a control API, with the reason', async () => {
    const server = await startAffinityServer({ type: 'HEADER_FIELD' });
    running.push(server);
    const report = await runSuite('header', { url: server.url });
    expect(report).toMatchObject({ passed: 0, failed: 0, skipped: header.checks.length });
    expect(report.steps[0]?.reason).toBe('the header suite needs a control API, or --header-name');
    expect(server.requests).toHaveLength(0);
    expect(verdict(report)).toBe('failed');
  });

  it('skips all steps on a function with another affinity', async () => {
    const report = await check({ type: 'GENERATED_COOKIE' });
    expect(report).toMatchObject({ passed: 0, failed: 0, skipped: header.checks.length });
    expect(report.steps[0]?.reason).toBe('function hello has GENERATED_COOKIE, not HEADER_FIELD');
  });

  it.each<[string, AffinityServerOptions, string[]]>([
    ['echoes the ID of the client', { echoes: true }, ['known.not-echoed', 'chosen.not-echoed']],
    [
      'sets a cookie too',
      { setCookie: (id, ttl) => [`x-fc-cookie-session-id=${id}; Max-Age=${ttl}`] },
      ['cookie.never-set'],
    ],
    [
      'moves a session to another instance',
      { namesItself: false, tellSession: movedWhenAskedAgain() },
      ['spread.repeats'],
    ],
    ['accepts any ID', { takesAnyId: true }, ['grammar.65-characters', 'grammar.leading-dash']],
    ['ignores the limit', { realLimit: 100 }, ['full.new-instance', 'spread.instances']],
    ['opens an instance for each session', { realLimit: 1 }, ['chosen.same-instance', 'spread.instances']],
    [
      'answers once from another instance',
      { instanceOf: (own, request) => (request === 2 ? 9 : own) },
      ['known.same-instance'],
    ],
  ])('fails exactly its steps for a server that %s', async (_what, options, failed) => {
    const report = await check(options);
    expect(withStatus(report, 'failed')).toEqual(failed);
  });
});

/** Answers of the control API in which a session changes its instance when it is used again. */
function movedWhenAskedAgain(): (session: Session) => Session {
  const asked = new Set<string>();
  return (session) => {
    if (!asked.has(session.sessionId)) {
      asked.add(session.sessionId);
      return session;
    }
    const isChosen = session.sessionId.startsWith('verify-');
    return isChosen ? { ...session, containerId: 'c-moved' } : session;
  };
}
