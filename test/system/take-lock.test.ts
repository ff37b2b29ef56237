import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { takeLock } from '../../src/system/take-lock.js';
import { temporaryFolder } from '../support/run-cli.js';

const TAKER = fileURLToPath(new URL('./lock-taker.js', import.meta.url));
const isRoot = process.getuid?.() === 0;
/** A lock file as a process leaves it that is gone. */
const LEFT = JSON.stringify({ pid: 1, startTime: '1', bootId: 'of another boot' });

interface Taker {
  readonly process: ChildProcessWithoutNullStreams;
  tell(line: string): Promise<string>;
}

async function taker(before: readonly string[] = []): Promise<Taker> {
  const [command = '', ...args] = [...before, process.execPath, TAKER];
  const child = spawn(command, args);
  child.stderr.pipe(process.stderr);
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  expect(await next()).toBe('ready');
  return {
    process: child,
    tell(line) {
      child.stdin.write(`${line}\n`);
      return next();
    },
  };
}

test.each([
  ['free', undefined],
  ['left by a process that is gone', LEFT],
  ['left by a process that died before it had written who it is', ''],
])(
  'C16: of three processes that take a lock at once that is %s exactly one has it, in each of 200 rounds',
  async (_, left) => {
    const takers = await Promise.all([taker(), taker(), taker()]);
    const folder = temporaryFolder();
    for (let round = 0; round < 200; round++) {
      const directory = join(folder, `${round}`);
      mkdirSync(directory);
      if (left !== undefined) writeFileSync(join(directory, 'lock'), left);
      const answers = await Promise.all(takers.map(({ tell }) => tell(directory)));
      expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
      expect(answers.filter((answer) => answer.includes('is in use by '))).toHaveLength(2);
      await Promise.all(takers.map(({ tell }) => tell('')));
    }
  },
  60_000,
);

test('C16: a lock that passes from hand to hand never has two holders', async () => {
  const takers = await Promise.all([taker(), taker(), taker()]);
  const directory = temporaryFolder();
  let holders = 0;
  let taken = 0;
  await Promise.all(
    takers.map(async ({ tell }) => {
      for (let round = 0; round < 200; round++) {
        if ((await tell(directory)) !== 'held') continue;
        taken++;
        expect(++holders).toBe(1);
        await new Promise(setImmediate);
        holders--;
        await tell('');
      }
    }),
  );
  expect(taken).toBeGreaterThan(50);
}, 60_000);

test('a lock is free as soon as its holder is killed, though it names a process that runs', async () => {
  const directory = temporaryFolder();
  const holder = await taker();
  expect(await holder.tell(directory)).toBe('held');
  const text = readFileSync(join(directory, 'lock'), 'utf8');
  holder.process.kill('SIGKILL');
  await once(holder.process, 'exit');
  writeFileSync(join(directory, 'lock'), text.replace(`${holder.process.pid}`, `${process.pid}`));
  takeLock(directory)();
});

test.skipIf(!isRoot || process.platform !== 'linux')(
  'C5: of two PID namespaces with one directory one has it, and the other is told whose it is',
  async () => {
    const directory = temporaryFolder();
    const unshare = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const [one, other] = [await taker(unshare), await taker(unshare)];
    expect(await one.tell(directory)).toBe('held');
    expect(await other.tell(directory)).toBe(
      `refused the state directory "${directory}" is in use by process 1 of another container`,
    );
    expect(() => takeLock(directory)).toThrow('is in use by process 1 of another container');
    // The end of unshare ends the process in its namespace, which holds the lock.
    one.process.kill('SIGKILL');
    await expect.poll(() => other.tell(directory)).toBe('held');
  },
);
