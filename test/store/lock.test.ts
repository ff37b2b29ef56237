import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { kept, open, storedSession, temporaryFolder } from './kept-sessions.js';
import { startWriter } from './start-writer.js';

test("a directory is one emulator's at a time; the refusal of a second one names the first", async () => {
  const directory = temporaryFolder();
  const writer = await startWriter(directory);
  expect(() => open(directory)).toThrow(
    expect.objectContaining({
      code: 'InvalidArgument',
      message: `the state directory "${directory}" is in use by process ${writer.process.pid}`,
      fix: expect.stringContaining('--state-dir'),
    }),
  );
  await writer.kill();
  expect(() => open(directory)).not.toThrow();
});

test('the same process cannot open it twice, and can again after closing', () => {
  const directory = temporaryFolder();
  const first = open(directory);
  expect(() => open(directory)).toThrow(`is in use by process ${process.pid}`);
  first.state.storeOf('hello').save(storedSession(1));
  first.state.close();
  expect(readdirSync(directory)).toEqual(['journal']);
  expect(kept(directory)).toEqual([storedSession(1)]);
});

test('F-09: the lock of an emulator that was killed and not yet reaped is taken over', async () => {
  const directory = temporaryFolder();
  const writer = await startWriter(directory);
  writer.process.kill('SIGKILL');
  // Its parent is this process, which reaps it only when the event loop turns: until then it is a zombie with the same ID and start.
  const { pid } = writer.process;
  while (!/^\d+ \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')));
  expect(() => open(directory)).not.toThrow();
  await writer.kill();
});

test('F-09: a lock whose holder was killed is waited for until its last thread has ended', async () => {
  const directory = temporaryFolder();
  const path = join(directory, 'lock');
  // Stands for that thread: keeps the lock until another process waits for it, or until the test has ended.
  const isAwaited = `grep -q -- "-> .*:$(stat -c %i '${path}') " /proc/locks`;
  const script = `echo locked; while [ -e '${path}' ] && kill -0 ${process.pid} && ! ${isAwaited}; do :; done`;
  const holder = spawn('flock', ['-x', path, 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  writeFileSync(path, JSON.stringify({ ...alive(), pid: 4_194_305 }));
  expect(() => open(directory)).not.toThrow();
});

const alive = (): { pid: number; startTime: string; bootId: string } => {
  const directory = temporaryFolder();
  const { state } = open(directory);
  const lock = JSON.parse(readFileSync(join(directory, 'lock'), 'utf8'));
  state.close();
  return lock;
};

test.each([
  ['a process that is gone', () => ({ ...alive(), pid: 4_194_305 })],
  ['another process by now', () => ({ ...alive(), startTime: '1' })],
  ['an earlier boot', () => ({ ...alive(), bootId: 'another' })],
])('a lock that names %s is taken over (T20)', (_, content) => {
  const directory = temporaryFolder();
  writeFileSync(join(directory, 'lock'), JSON.stringify(content()));
  open(directory);
  expect(JSON.parse(readFileSync(join(directory, 'lock'), 'utf8'))).toEqual(alive());
  expect(readdirSync(directory)).toEqual(['journal', 'lock']);
});

test.each(['', '{', 'null', '{"pid":"1"}', '{"__proto__":{"pid":1}}', '\0\0\0'])(
  'a lock that holds %j is taken over',
  (content) => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'lock'), content);
    expect(() => open(directory)).not.toThrow();
  },
);

test('of many that start at once over a stale lock exactly one has the directory', async () => {
  for (let round = 0; round < 2; round++) {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'lock'), JSON.stringify({ ...alive(), startTime: '1' }));
    const writers = await Promise.all(Array.from({ length: 6 }, () => startWriter(directory)));
    const answers = writers.map(({ answer }) => answer);
    expect(answers.filter((answer) => answer === 'opened')).toHaveLength(1);
    expect(answers.filter((answer) => answer.includes('is in use by'))).toHaveLength(5);
    await Promise.all(writers.map((writer) => writer.kill()));
    expect(readdirSync(directory).sort()).toEqual(['journal', 'lock']);
  }
}, 120_000);
