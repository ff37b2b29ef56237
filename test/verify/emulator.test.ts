import { afterEach, describe, expect, it } from 'vitest';
import { createApiClient } from '../../src/api/create-api-client.js';
import { startEmulator } from '../../src/emulator.js';
import type { Emulator } from '../../src/emulator-options.js';
import { MovableClock } from '../../src/model/clock.js';
import type { SessionAffinityType } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { SuiteReport } from '../../src/verify/report.js';
import { renderReport } from '../../src/verify/reporters.js';
import { runSuite } from '../../src/verify/run-suite.js';
import type { SuiteId } from '../../src/verify/suites.js';
import { inProcessDriver } from '../support/in-process-driver.js';

const running: Emulator[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.stopNow()));
});

function config(functionName: string, sessionAffinity: SessionAffinityType, limit: number) {
  return completeFunction({
    functionName,
    command: ['in-process'],
    sessionAffinity,
    sessionAffinityConfig: {
      sessionConcurrencyPerInstance: limit,
      ...(sessionAffinity === 'HEADER_FIELD' && { affinityHeaderFieldName: 'mySessionId' }),
    },
  });
}

async function verifyEmulator(
  suite: SuiteId,
  affinity: SessionAffinityType,
  { limit = 2, overHttp = false } = {},
): Promise<SuiteReport> {
  const emulator = await startEmulator({
    functions: [{ config: config('hello', affinity, limit) }, { config: config('plain', 'NONE', limit) }],
    driver: inProcessDriver(),
    clock: new MovableClock({ frozen: true }),
  });
  running.push(emulator);
  const url = `${emulator.functions[0]?.url}/`;
  const control = overHttp ? createApiClient({ endpoint: emulator.api }) : emulator.control;
  const report = await runSuite(suite, { url, control, mayMoveClock: true });
  if (affinity === 'NONE') return report;
  const left = await emulator.control.sessions.list({ functionName: 'hello', sessionStatus: 'Active' });
  expect(left.sessions).toEqual([]);
  return report;
}

describe('verify of the emulator', () => {
  it.each<[SuiteId, SessionAffinityType, number]>([
    ['walkthrough', 'GENERATED_COOKIE', 2],
    ['walkthrough', 'GENERATED_COOKIE', 20],
    ['header', 'HEADER_FIELD', 2],
    ['header', 'HEADER_FIELD', 3],
    ['session-api', 'GENERATED_COOKIE', 2],
    ['session-api', 'HEADER_FIELD', 3],
  ])(
    'passes every step of %s on a function with %s and %d sessions an instance',
    async (suite, type, limit) => {
      const report = await verifyEmulator(suite, type, { limit });
      const unless = await renderReport(report, 'pretty');
      expect({ failed: report.failed, skipped: report.skipped }, unless).toEqual({ failed: 0, skipped: 0 });
      expect(report.notes).toEqual([]);
    },
  );

  it.each<[SuiteId, SessionAffinityType]>([
    ['walkthrough', 'GENERATED_COOKIE'],
    ['header', 'HEADER_FIELD'],
    ['session-api', 'GENERATED_COOKIE'],
  ])('passes every step of %s with the control API over HTTP, on %s', async (suite, type) => {
    const report = await verifyEmulator(suite, type, { overHttp: true });
    const unless = await renderReport(report, 'pretty');
    expect({ failed: report.failed, skipped: report.skipped }, unless).toEqual({ failed: 0, skipped: 0 });
    expect(report.notes).toEqual([]);
  });

  it('fails the walkthrough on a function without affinity', async () => {
    const report = await verifyEmulator('walkthrough', 'NONE');
    expect(report.steps.find(({ id }) => id === 'walkthrough.1.set-cookie')?.status).toBe('failed');
  });
});
