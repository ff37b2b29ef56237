import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kept, open, storedSession, temporaryFolder, WALL_NOW } from './kept-sessions.js';

const sizeOf = (directory: string): number => statSync(join(directory, 'journal')).size;

test('a journal past 1 MiB is written anew: it shrinks, and keeps everything', () => {
  const directory = temporaryFolder();
  const { state, warnings } = open(directory);
  state.keepClock({ offsetMs: 1234.5, skippedMs: 0 });
  state.storeOf('other').save(storedSession(1, { sessionId: 'elsewhere' }));
  const store = state.storeOf('hello');
  for (let order = 0; order < 100; order++) store.save(storedSession(order));
  store.delete(50);
  let largest = 0;
  let smallest = Infinity;
  for (let change = 0; change < 5000; change++) {
    store.save(storedSession(change % 40, { lastModifiedAt: WALL_NOW + change }));
    largest = Math.max(largest, sizeOf(directory));
    if (largest > 1_000_000) smallest = Math.min(smallest, sizeOf(directory));
  }
  const before = [...store.all()];
  expect(largest).toBeGreaterThan(1024 * 1024 - 1000);
  expect(largest).toBeLessThan(1024 * 1024);
  expect(smallest).toBeLessThan(100_000);
  expect(before).toHaveLength(99);
  state.close();
  expect(kept(directory)).toEqual(before);
  expect(kept(directory, 'other')).toEqual([storedSession(1, { sessionId: 'elsewhere' })]);
  expect(open(directory).state.clock.offsetMs).toBe(1234.5);
  expect([warnings, readdirSync(directory)]).toEqual([[], ['journal', 'lock']]);
});

test('a journal in which everything is live is not written anew for each change', () => {
  const directory = temporaryFolder();
  const { state } = open(directory, { compactFromBytes: 1 });
  const store = state.storeOf('hello');
  let compactions = 0;
  let inode = statSync(join(directory, 'journal')).ino;
  for (let order = 0; order < 3000; order++) {
    store.save(storedSession(order));
    const now = statSync(join(directory, 'journal')).ino;
    if (now !== inode) compactions++;
    inode = now;
  }
  // Each time at four times the size of the time before.
  expect(compactions).toBeGreaterThan(3);
  expect(compactions).toBeLessThan(10);
});

test('what a kill left of a snapshot is removed at the next start', () => {
  const directory = temporaryFolder();
  open(directory).state.close();
  writeFileSync(join(directory, 'journal.tmp'), 'half a snapsh');
  open(directory).state.close();
  expect(readdirSync(directory)).toEqual(['journal']);
});
