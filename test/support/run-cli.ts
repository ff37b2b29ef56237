import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const BIN = fileURLToPath(new URL('../../bin/fc-affinity.js', import.meta.url));
export const FIXTURES = fileURLToPath(new URL('../../fixtures', import.meta.url));

export type Env = Readonly<Record<string, string | undefined>>;

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly env?: Env;
  readonly directory?: string;
  readonly program?: string;
}

/** Runs the built program to its end. */
export function runCli(args: readonly string[], options: RunOptions = {}): Promise<CliResult> {
  return runProgram(process.execPath, [BIN, ...args], options);
}

/** Runs a line of a shell, in which `$BIN` is the built program. */
export function runShell(line: string, options: RunOptions = {}): Promise<CliResult> {
  return runProgram('bash', ['-c', line], {
    ...options,
    env: { ...options.env, BIN: `${process.execPath} ${BIN}` },
  });
}

export function runProgram(
  program: string,
  args: readonly string[],
  { env = {}, directory = tmpdir() }: RunOptions = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: directory,
      env: cleanEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** The environment of the test run without what would change the program, and with what is asked for. */
export function cleanEnvironment(env: Env): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(FC_AFFINITY_|NO_COLOR$|FORCE_COLOR$|XDG_RUNTIME_DIR$|NODE_OPTIONS$|VITEST)/.test(name),
  );
  return { ...Object.fromEntries(kept), XDG_RUNTIME_DIR: '/nonexistent', ...env };
}

/** A private folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fc-affinity-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
