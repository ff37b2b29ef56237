import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import type { LogLine } from '../../src/model/instance.js';
import { BoundedLog } from '../../src/runtime/instance-log.js';
import { LineSplitter } from '../../src/runtime/read-lines.js';

const clock = new MovableClock({ frozen: true, startAt: 1_700_000_000_000 });
const texts = (log: BoundedLog): string[] => log.lines().map((line) => line.text);

function split(...chunks: Uint8Array[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.write(Buffer.from(chunk));
  splitter.end();
  return lines;
}

test('the last 2,000 lines are kept', () => {
  const log = new BoundedLog(clock);
  for (let line = 0; line < 10_000; line++) log.add('stdout', `line ${line}`);
  expect(log.lines()).toHaveLength(2000);
  expect(texts(log)[0]).toBe('line 8000');
  expect(texts(log).at(-1)).toBe('line 9999');
});

test('a million characters are kept', () => {
  const log = new BoundedLog(clock);
  for (let line = 0; line < 1000; line++) log.add('stdout', 'x'.repeat(8000));
  expect(log.lines()).toHaveLength(131);
});

test('a line that is longer than the log reaches those who follow it', () => {
  const log = new BoundedLog(clock);
  const followed: number[] = [];
  log.follow(({ text }) => followed.push(text.length));
  log.note('x'.repeat(2_000_000));
  log.note('short');
  expect(followed).toEqual([2_000_000, 5]);
  expect(texts(log)).toEqual(['short']);
});

test('C16: lines that are dropped do not stay in memory', () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const log = new BoundedLog(clock);
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let line = 0; line < 2000; line++) log.add('stdout', `${line} `.padEnd(8000, 'x'));
  collect();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(4_000_000);
  expect(log.lines()).toHaveLength(131);
});

test('a line is cut at 8 KiB, after it was made safe', () => {
  const log = new BoundedLog(clock);
  log.add('stdout', '\x1b'.repeat(8192));
  log.add('stdout', `${'x'.repeat(8190)}👍${'x'.repeat(100)}`);
  expect(texts(log)).toEqual([`${'\\x1b'.repeat(2048).slice(0, 8191)}…`, `${'x'.repeat(8190)}…`]);
});

test('the platform’s lines stand between the handler’s, and are not among its last words', async () => {
  const log = new BoundedLog(clock);
  const followed: LogLine[] = [];
  const unfollow = log.follow((line) => followed.push(line));
  log.add('stdout', 'one');
  log.started('Invoke', '1');
  log.add('stderr', 'two');
  unfollow();
  log.ended('Invoke', '1');
  log.add('stdout', 'three');
  await nextTurn();
  expect(followed).toEqual([
    { at: 1_700_000_000_000, source: 'stdout', text: 'one' },
    { at: 1_700_000_000_000, source: 'platform', text: 'FC Invoke Start RequestId: 1' },
    { at: 1_700_000_000_000, source: 'stderr', text: 'two' },
  ]);
  expect(texts(log).slice(3)).toEqual(['three', 'FC Invoke End RequestId: 1']);
  expect(log.excerpt()).toEqual(['one', 'two', 'three']);
});

test('lines are the same however the bytes are cut into chunks', () => {
  const text = 'é漢\r\n\n👩‍💻 end\nlast';
  const bytes = Buffer.from(text);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: bytes.length })), (cuts) => {
      const ends = [...cuts.sort((one, other) => one - other), bytes.length];
      const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
      expect(split(...chunks)).toEqual(['é漢', '', '👩‍💻 end', 'last']);
    }),
  );
});

test('a line without an end costs 8 KiB, and the next one is whole', () => {
  const chunk = Buffer.alloc(65536, 'x');
  const lines = split(...Array(100).fill(chunk), Buffer.from('\nnext\n'));
  expect(lines.map((line) => line.length)).toEqual([8193, 4]);
});
