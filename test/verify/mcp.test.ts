import { resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bundledFixture } from '../../src/config/bundled-fixture.js';
import { startEmulator } from '../../src/emulator.js';
import type { SessionAffinityType } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import { type SuiteReport, verdict } from '../../src/verify/report.js';
import { runSuite } from '../../src/verify/run-suite.js';
import type { SuiteId } from '../../src/verify/suites.js';

const SDK_SERVER = [process.execPath, resolve(import.meta.dirname, '../../fixtures/mcp-server.js')];

interface Checked {
  readonly affinity: SessionAffinityType;
  readonly command?: readonly string[];
  readonly limit?: number;
  readonly withControl?: boolean;
  /** Sends the requests of the suite to another function. */
  readonly suite?: SuiteId;
}

async function check({
  affinity,
  command,
  limit = 2,
  withControl = true,
  suite,
}: Checked): Promise<SuiteReport> {
  const bundled = bundledFixture('MCP_SSE');
  const config = completeFunction({
    functionName: 'mcp',
    command: command ?? bundled.command,
    codeDirectory: bundled.codeDirectory,
    sessionAffinity: affinity,
    sessionAffinityConfig: { sessionConcurrencyPerInstance: limit },
    ...(affinity === 'NONE' && { minInstances: 2, instanceConcurrency: 5 }),
    timeout: 60,
  });
  const emulator = await startEmulator({ functions: [{ config }] });
  onTestFinished(() => emulator.stopNow());
  return runSuite(suite ?? (affinity === 'MCP_SSE' ? 'mcp-sse' : 'mcp-streamable'), {
    url: emulator.functions[0]?.url ?? '',
    ...(withControl && { control: emulator.control }),
    sessionsPerInstance: limit,
  });
}

const idsOf = (report: SuiteReport, status: string): string[] =>
  report.steps.filter((step) => step.status === status).map(({ id }) => id);

describe.each(['MCP_STREAMABLE', 'MCP_SSE'] as const)('the suite of %s', (affinity) => {
  it('passes every step on the bundled server, which names its instance', async () => {
    const report = await check({ affinity });
    expect(idsOf(report, 'failed')).toEqual([]);
    expect(idsOf(report, 'skipped')).toEqual([]);
    expect(verdict(report)).toBe('passed');
  });

  it('passes on a server of the official SDK, whose instances only the control API names', async () => {
    const report = await check({ affinity, command: SDK_SERVER });
    expect(idsOf(report, 'failed')).toEqual([]);
    expect(report.steps.find(({ id }) => id.endsWith('same-instance'))?.title).toContain(
      'by the control API alone',
    );
  });

  it('passes without a control API', async () => {
    const report = await check({ affinity, withControl: false });
    expect(idsOf(report, 'failed')).toEqual([]);
    expect(verdict(report)).toBe('passed');
  });

  it('fails on a function without affinity', async () => {
    const suite = affinity === 'MCP_SSE' ? 'mcp-sse' : 'mcp-streamable';
    const report = await check({ affinity: 'NONE', withControl: false, suite });
    expect(idsOf(report, 'failed').length).toBeGreaterThan(0);
    expect(verdict(report)).toBe('failed');
  });

  it('skips all steps on a function with another affinity', async () => {
    const suite = affinity === 'MCP_SSE' ? 'mcp-sse' : 'mcp-streamable';
    const report = await check({ affinity: 'GENERATED_COOKIE', suite });
    expect(report).toMatchObject({ passed: 0, failed: 0 });
    expect(report.steps[0]?.reason).toBe(`function mcp has GENERATED_COOKIE, not ${affinity}`);
  });
});
