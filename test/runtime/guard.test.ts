import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import { Guard } from '../../src/runtime/guard.js';
import { startTimeOf } from '../../src/system/process-table.js';
import { isAlive } from './local-instances.js';

// Debian's sh is dash, Alpine's is busybox.
const SHELLS = ['/bin/sh', '/bin/bash', '/bin/dash', '/bin/ash'].filter(existsSync);

function guardOf(options: { shell?: string; path?: string } = {}) {
  const nonce = randomUUID();
  const warnings: string[] = [];
  const guard = new Guard({
    clock: new MovableClock(),
    nonce,
    path: process.env.PATH ?? '',
    onWarning: (message) => warnings.push(message),
    ...options,
  });
  onTestFinished(() => guard.close());
  return { guard, nonce, warnings };
}

function sleeper(env: Record<string, string> = {}): ChildProcess & { readonly pid: number } {
  const child = spawn('sleep', ['600'], {
    detached: true,
    stdio: 'ignore',
    env: { PATH: process.env.PATH, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error('no sleep');
  return Object.assign(child, { pid: child.pid });
}

function temporaryFile(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'fc-affinity-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), '');
  return join(folder, name);
}

test.each(SHELLS)(
  'at the end of its input it kills what it was told of, sweeps the nonce, removes files (%s)',
  async (shell) => {
    const { guard, nonce } = guardOf({ shell });
    const [told, forgotten, carrier] = [sleeper(), sleeper(), sleeper({ FC_AFFINITY_RUN: nonce })];
    const [file, kept] = [temporaryFile('a name with  blanks'), temporaryFile('kept')];
    guard.begin();
    guard.watch(told.pid, startTimeOf(told.pid));
    guard.watch(forgotten.pid, startTimeOf(forgotten.pid));
    guard.forget(forgotten.pid);
    const release = guard.removeOnExit(kept);
    guard.removeOnExit(file);
    release();
    await guard.close();
    // One that was killed may take a moment to be gone.
    await expect
      .poll(() => [told, forgotten, carrier].map(({ pid }) => isAlive(pid)))
      .toEqual([false, true, false]);
    expect([file, kept].map((path) => existsSync(path))).toEqual([false, true]);
  },
);

test.each(SHELLS)('an innocent process with a reused number survives (T20, %s)', async (shell) => {
  const { guard } = guardOf({ shell });
  const innocent = sleeper();
  guard.begin();
  guard.watch(innocent.pid, String(Number(startTimeOf(innocent.pid)) - 1));
  await guard.close();
  expect(isAlive(innocent.pid)).toBe(true);
});

test.each(SHELLS)(
  'without a grep that sees past a NUL, as BusyBox’s, the shell sweeps by itself (%s)',
  async (shell) => {
    const blind = temporaryFile('grep');
    writeFileSync(blind, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    chmodSync(blind, 0o755);
    const { guard, nonce } = guardOf({ shell, path: dirname(blind) });
    const [carrier, other] = [
      sleeper({ FC_AFFINITY_RUN: nonce, LINES: 'two\nlines' }),
      sleeper({ FC_AFFINITY_RUN: randomUUID() }),
    ];
    guard.begin();
    await guard.close();
    expect([carrier, other].map(({ pid }) => isAlive(pid))).toEqual([false, true]);
  },
);

test('another run’s processes are left alone', async () => {
  const { guard } = guardOf();
  const other = sleeper({ FC_AFFINITY_RUN: randomUUID() });
  guard.begin();
  await guard.close();
  expect(isAlive(other.pid)).toBe(true);
});

test('S18: its command line is short: no list of processes shows a script', async () => {
  const { guard, nonce } = guardOf();
  guard.begin();
  await vi.waitFor(() => expect(ignored(guard.pid ?? 0)).toBe(true));
  const argv = readFileSync(`/proc/${guard.pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  expect(argv).toEqual(['/bin/sh', '-c', 'eval "$GUARD_SCRIPT"', 'fc-affinity-guard', nonce]);
});

test('it leads a session of its own and does not listen to the signals of a terminal', async () => {
  const { guard } = guardOf();
  const victim = sleeper();
  guard.begin();
  guard.watch(victim.pid, startTimeOf(victim.pid));
  const pid = guard.pid ?? 0;
  // The traps are set when it has done something: forgetting what it never knew changes nothing.
  await vi.waitFor(() => expect(ignored(pid)).toBe(true));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(-pid, signal);
  await guard.close();
  expect(isAlive(victim.pid)).toBe(false);
});

test('when it dies another guard replaces it and knows the same groups', async () => {
  const { guard, warnings } = guardOf();
  const victim = sleeper();
  const file = temporaryFile('discovery');
  guard.begin();
  guard.watch(victim.pid, startTimeOf(victim.pid));
  guard.removeOnExit(file);
  const first = guard.pid ?? 0;
  process.kill(first, 'SIGKILL');
  await vi.waitFor(() => {
    expect(guard.pid).toBeDefined();
    expect(guard.pid).not.toBe(first);
  });
  expect(isAlive(victim.pid)).toBe(true);
  await guard.close();
  expect(isAlive(victim.pid)).toBe(false);
  expect(existsSync(file)).toBe(false);
  expect(warnings).toEqual([]);
});

test('without a shell it warns once and fails nothing', async () => {
  const { guard, warnings } = guardOf({ shell: '/no/such/shell' });
  guard.begin();
  guard.watch(1);
  await vi.waitFor(() => expect(warnings).toEqual([expect.stringContaining('no guard is running')]));
  guard.begin();
  await guard.close();
  expect(warnings).toHaveLength(1);
});

test('a guard that keeps dying is given up with a warning', async () => {
  const { warnings, guard } = guardOf({ shell: '/bin/false' });
  guard.begin();
  await vi.waitFor(() => expect(warnings).toEqual([expect.stringContaining('it keeps ending')]));
});

function ignored(pid: number): boolean {
  const mask = /^SigIgn:\s*([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? '0';
  const terminate = 1n << 14n;
  return (BigInt(`0x${mask}`) & terminate) !== 0n;
}
