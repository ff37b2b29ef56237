import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import type { Address, InstanceSpec } from '../../src/model/instance.js';
import {
  createLocalDriver,
  type LocalDriver,
  type LocalDriverOptions,
} from '../../src/runtime/local-driver.js';

export const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url));
export const never = new AbortController().signal;

/** A driver with a nonce of its own, closed when the test ends. */
export function localDriver(
  options: Partial<LocalDriverOptions> = {},
): LocalDriver & { readonly nonce: string } {
  const nonce = randomUUID();
  const clock = new MovableClock();
  const driver = createLocalDriver({
    clock,
    sessionClock: clock,
    nonce,
    hostEnvironment: process.env,
    ...options,
  });
  onTestFinished(() => driver.close());
  return { ...driver, nonce };
}

export function node(fixture: string, ...args: string[]): string[] {
  return [process.execPath, `${FIXTURES}${fixture}`, ...args];
}

export function specOf(command: readonly string[], input: Partial<FunctionInput> = {}): InstanceSpec {
  const config = completeFunction({ functionName: 'hello', command, codeDirectory: FIXTURES, ...input });
  return { instanceId: `c-${randomUUID()}`, qualifier: 'LATEST', revision: { versionId: '0', config } };
}

/** Process IDs of all that carry the nonce; the dead that nobody has reaped have no environment any more. */
export function carriersOf(nonce: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && environmentText(pid).includes(`FC_AFFINITY_RUN=${nonce}`));
}

export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

export function fetchText({ host, port }: Address): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host, port, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

function environmentText(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}
