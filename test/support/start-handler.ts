import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { Address } from '../../src/model/instance.js';

export interface StartedHandler extends Address {
  readonly process: ChildProcess;
}

/** A handler in a process of its own, killed when the test is finished. Its first line of output is the port that it listens on. */
export async function startHandler(command: string, file: string): Promise<StartedHandler> {
  const process = spawn(command, [file], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void process.kill('SIGKILL'));
  const [line] = (await once(createInterface({ input: process.stdout }), 'line')) as [string];
  return { process, host: '127.0.0.1', port: Number(line) };
}
