import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bundledFixture } from '../../src/config/bundled-fixture.js';
import { startEmulator } from '../../src/emulator.js';
import type { SessionAffinityType } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { SuiteReport } from '../../src/verify/report.js';
import { renderReport } from '../../src/verify/reporters.js';
import { runSuite } from '../../src/verify/run-suite.js';
import { SUITE_IDS, type SuiteId } from '../../src/verify/suites.js';
import type { VerifyTarget } from '../../src/verify/target.js';
import { inProcessDriver } from '../support/in-process-driver.js';
import { type AffinityServerOptions, startAffinityServer } from './affinity-server.js';
import { startVerified, type VerifiedFunction } from './verified-emulator.js';

const FOLDER = join(import.meta.dirname, 'recorded');

type Target = () => Promise<VerifyTarget>;

const emulator =
  (served: VerifiedFunction, more: Partial<VerifyTarget> = { mayMoveClock: true }): Target =>
  async () => {
    const started = await startVerified(served);
    onTestFinished(() => started.stopNow());
    return { url: `${started.functions[0]?.url}/`, control: started.control, ...more };
  };

const server =
  (options: AffinityServerOptions, more: Partial<VerifyTarget> = { mayMoveClock: true }): Target =>
  async () => {
    const started = await startAffinityServer({ maxInstances: 4, ...options });
    onTestFinished(() => started.close());
    return { url: started.url, control: started.control, ...more };
  };

const withoutControl =
  (target: Target, more: Partial<VerifyTarget> = {}): Target =>
  async () => {
    const { control: _, ...rest } = await target();
    return { ...rest, ...more };
  };

const crashing: Target = async () => {
  const driver = inProcessDriver(undefined, {
    beforeReady: () => Promise.reject(new Error('no database')),
  });
  const config = completeFunction({
    functionName: 'hello',
    command: ['in-process'],
    sessionAffinity: 'GENERATED_COOKIE',
  });
  const started = await startEmulator({ functions: [{ config }], driver });
  onTestFinished(() => started.stopNow());
  return { url: started.url, control: started.control, mayMoveClock: true };
};

/** The bundled fixture, served as `verify` serves it. */
const bundled =
  (affinity: SessionAffinityType, maxInstances: number): Target =>
  async () => {
    const config = completeFunction({
      ...bundledFixture(affinity),
      sessionAffinity: affinity,
      sessionAffinityConfig: {
        sessionConcurrencyPerInstance: 2,
        ...(affinity === 'HEADER_FIELD' && { affinityHeaderFieldName: 'x-session-id' }),
      },
      timeout: 60,
      maxInstances,
    });
    const started = await startEmulator({ functions: [{ config }] });
    onTestFinished(() => started.stopNow());
    return { url: started.url, control: started.control, mayMoveClock: true };
  };

const AFFINITY_OF: Partial<Record<SuiteId, SessionAffinityType>> = {
  header: 'HEADER_FIELD',
  'mcp-streamable': 'MCP_STREAMABLE',
  'mcp-sse': 'MCP_SSE',
};

const TARGETS: Readonly<Record<string, Target>> = {
  'cookie, two sessions an instance': emulator({}),
  'cookie, twenty sessions an instance': emulator({ limit: 20 }),
  'header, three sessions an instance': emulator({ type: 'HEADER_FIELD', limit: 3 }),
  'cookie, isolated': emulator({ isolation: 'SESSION_EXCLUSIVE' }),
  'no affinity': emulator({ type: 'NONE' }),
  'the clock is frozen and not the suite’s': emulator({}, {}),
  'a handler that ends at its start': crashing,
  'cookie, no control API': withoutControl(emulator({}), { sessionsPerInstance: 2 }),
  'cookie, no control API, nothing known': withoutControl(emulator({})),
  'a true server that names no instance': server({ namesItself: false }),
  'a server that ignores the cookie': server({ deaf: true }),
  'a server that ignores the header': server({ type: 'HEADER_FIELD', deaf: true }),
  'a server that knows no limit': server({ realLimit: 100, realCeiling: 1000, realLoad: 1000 }),
  'a server that never expires a session': server({ ttlFrom: 'never', idleFrom: 'never' }),
  'a control API that names wrong instances': server({
    tellSession: (session) => ({ ...session, containerId: 'c-lie' }),
  }),
  'a server that sets the cookie twice': server({
    setCookie: (id, ttl) => Array(2).fill(`x-fc-cookie-session-id=${id}; Max-Age=${ttl}`),
  }),
};

/** Replaces the parts that differ between runs. IDs are numbered in their order of appearance. */
function comparable(report: string): string {
  const numbers = new Map<string, string>();
  const numbered = (kind: string) => (id: string) => {
    const known =
      numbers.get(id) ??
      `<${kind} ${[...numbers.values()].filter((one) => one.startsWith(`<${kind} `)).length + 1}>`;
    numbers.set(id, known);
    return known;
  };
  return report
    .replace(/"durationMs":[\d.]+/g, '"durationMs":0')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
    .replace(/(127\.0\.0\.1|localhost):\d+/g, '$1:<port>')
    .replace(/\b1-[0-9a-f]{8}-[0-9a-f]{6,8}-[0-9a-f]{12}\b/g, '<request-id>')
    .replace(/\(after \d+ ms\)/g, '(after <some> ms)')
    .replace(/\bc-[0-9a-z]+-[0-9a-z]+(-[0-9a-z]+)?\b/g, numbered('instance'))
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, numbered('id'));
}

async function reportOn(suite: SuiteId, target: Target): Promise<SuiteReport> {
  return JSON.parse(await renderReport(await runSuite(suite, await target()), 'json'));
}

/** The whole report, one line a step. */
function whole({ steps, ...head }: SuiteReport): string {
  return comparable([head, ...steps].map((one) => JSON.stringify(one)).join('\n'));
}

/** The report without titles and sources, because these are the same for each target. Skipped steps with the same reason share a line. */
function short({ steps, passed, failed, skipped }: SuiteReport): string {
  const lines = [`${passed} passed, ${failed} failed, ${skipped} skipped`];
  let last: string | undefined;
  for (const { id, title, status, expected, actual, reason } of steps) {
    const isByControl = title.endsWith('alone)') ? ' by the control API alone' : '';
    const said = reason ?? `expected ${expected}`;
    const line = `${status}${isByControl}: ${said}; actual ${actual}`;
    if (line === last) lines[lines.length - 1] += ` ${id}`;
    else lines.push(`${line} · ${id}`);
    last = status === 'skipped' ? line : undefined;
  }
  return comparable(lines.join('\n'));
}

/** Compares the report with the file of that name. Writes the file if it is missing. */
function expectRecorded(name: string, text: string): void {
  const file = join(FOLDER, `${name}.txt`);
  let before: string | undefined;
  try {
    before = readFileSync(file, 'utf8');
  } catch {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, text);
  }
  if (before !== undefined) expect(text).toBe(before);
}

describe.each(SUITE_IDS)('the report of %s is as recorded', (suite) => {
  it('on the bundled fixture', async () => {
    const target = bundled(AFFINITY_OF[suite] ?? 'GENERATED_COOKIE', suite === 'limits' ? 4 : 20);
    expectRecorded(`${suite}, bundled`, whole(await reportOn(suite, target)));
  });

  it('on other targets', async () => {
    const parts: string[] = [];
    for (const [name, target] of Object.entries(TARGETS)) {
      // Without affinity, one instance never has 200 requests in flight, and the suite waits until its time limit.
      if (suite === 'limits' && name.startsWith('a server that ignores')) continue;
      parts.push(`# ${name}\n${short(await reportOn(suite, target))}\n`);
    }
    expectRecorded(suite, parts.join('\n'));
  });
});
