import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { readJournal } from '../../src/store/read-journal.js';
import { kept, open, storedSession, temporaryFolder, WALL_NOW } from './kept-sessions.js';

// One process opens thousands of directories here, and a lock costs a process each. test/system tries the lock itself.
vi.mock('../../src/system/take-lock.js', () => ({ takeLock: () => () => {} }));

interface Damageable {
  /** The file as it was after each change, the first as it began: every one holds the one before and another line. */
  readonly stages: readonly Buffer[];
  /** Which states a load may come to: those that there have been. */
  readonly states: readonly string[];
  /** The last of the stages. */
  readonly whole: Buffer;
  /** How long the snapshot at its beginning is. */
  readonly snapshotLength: number;
}

/** A snapshot that holds a session, then five changes. */
function damageable(): Damageable {
  const directory = temporaryFolder();
  const first = open(directory, { compactFromBytes: 1 });
  const { terms } = storedSession(0);
  const odd = storedSession(0, { terms: { ...terms, nasConfig: { userId: 'größe-日本' } } });
  first.state.storeOf('hello').save(odd);
  first.state.close();
  const { state } = open(directory);
  const store = state.storeOf('hello');
  const changes = [
    () => {},
    () => store.save(storedSession(1)),
    () => store.touch([{ order: 1, lastUsedAt: WALL_NOW + 9 }]),
    () => state.keepClock({ offsetMs: 3_600_000, skippedMs: 250, frozenAt: 1.5 }),
    () => store.delete(0),
    () => store.save(storedSession(2, { sessionStatus: 'Expired', endedAt: WALL_NOW })),
  ];
  const stages: Buffer[] = [];
  const states: string[] = [];
  for (const change of changes) {
    change();
    stages.push(readFileSync(join(directory, 'journal')));
    states.push(JSON.stringify([state.clock, ...store.all()]));
  }
  const whole = stages.at(-1) ?? Buffer.alloc(0);
  const reading = readJournal(whole);
  return { stages, states, whole, snapshotLength: reading.kind === 'read' ? reading.snapshotLength : 0 };
}

/** What a load of those bytes comes to: the number of changes that it holds, or that it is damaged. */
function loaded({ states }: Damageable, bytes: Buffer): number | 'damaged' {
  const reading = readJournal(bytes);
  if (reading.kind === 'damaged') return 'damaged';
  const { records } = reading;
  const changes = states.indexOf(JSON.stringify([records.clock, ...records.of('hello', 'LATEST')]));
  if (changes < 0) throw new Error('a state that never was');
  return changes;
}

function flipped({ whole }: Damageable, at: number, mask: number): Buffer {
  const bytes = Buffer.from(whole);
  bytes.writeUInt8(bytes.readUInt8(at) ^ mask, at);
  return bytes;
}

test('there is a file to damage: a snapshot, then five changes', () => {
  const file = damageable();
  const { stages, whole, snapshotLength } = file;
  expect(snapshotLength).toBeGreaterThan(400);
  expect(whole.length).toBeGreaterThan(1500);
  expect(stages.map((stage) => loaded(file, stage))).toEqual([0, 1, 2, 3, 4, 5]);
});

describe('G19, F-17', () => {
  test('every byte changed, each bit of it alone: the damage is found, or only the last change is missing', () => {
    const file = damageable();
    const { stages, whole } = file;
    const lastLine = stages.at(-2)?.length ?? 0;
    let dropped = 0;
    for (let at = 0; at < whole.length; at++) {
      const byte = whole.readUInt8(at);
      // Each of its bits, all of them, and the bytes that mean something to a reader: a line's end, none, a quote, a digit.
      const masks = [1, 2, 4, 8, 16, 32, 64, 128, 255, byte ^ 0x0a, byte, byte ^ 0x22, byte ^ 0x30];
      for (const mask of masks.filter((each) => each !== 0)) {
        const result = loaded(file, flipped(file, at, mask));
        if (at < lastLine && result !== 'damaged') throw new Error(`byte ${at} ^ ${mask} was not noticed`);
        if (result !== 'damaged' && result !== 4)
          throw new Error(`byte ${at} ^ ${mask} left ${result} changes`);
        if (result === 4) dropped++;
      }
    }
    expect(dropped).toBeGreaterThan((whole.length - lastLine) * 10);
  }, 120_000);

  test('cut at every length: the changes that are whole are there; a cut snapshot is damage', () => {
    const file = damageable();
    const { stages, whole, snapshotLength } = file;
    for (let length = 0; length <= whole.length; length++) {
      const changes = stages.filter((stage) => stage.length <= length).length - 1;
      expect(loaded(file, whole.subarray(0, length))).toBe(length < snapshotLength ? 'damaged' : changes);
    }
  });

  test('two bytes changed at a time, a line lost, doubled or moved: damage, or the state before the last changes', () => {
    const file = damageable();
    const { whole } = file;
    for (let at = 0; at < whole.length - 1; at++) {
      for (const other of [at + 1, (at * 7919) % whole.length, whole.length - 1]) {
        if (other === at) continue;
        const bytes = flipped(file, at, 1);
        bytes.writeUInt8(bytes.readUInt8(other) ^ 0x80, other);
        // 3: the end of the last line but one and the head of the last, so that both look like one that is torn.
        expect([3, 4, 'damaged']).toContain(loaded(file, bytes));
      }
    }
    const lines = whole.toString('latin1').split('\n').slice(0, -1);
    const join = (some: readonly string[]): Buffer =>
      Buffer.from(some.map((line) => `${line}\n`).join(''), 'latin1');
    for (const [index, line] of lines.entries()) {
      const isLast = index === lines.length - 1;
      const isLastButOne = index === lines.length - 2;
      const without = loaded(file, join(lines.toSpliced(index, 1)));
      expect(without).toBe(isLast ? 4 : isLastButOne ? 3 : 'damaged');
      expect(loaded(file, join(lines.toSpliced(index, 0, line)))).toBe(isLast ? 5 : 'damaged');
      if (!isLast)
        expect(loaded(file, join(lines.toSpliced(index, 2, lines[index + 1] ?? '', line)))).toBe('damaged');
    }
  });

  test('each of its bytes flipped on disk: the file is set aside whole with one warning, or the torn end is cut off without one', () => {
    const file = damageable();
    const { states, whole } = file;
    const directory = temporaryFolder();
    for (let at = 0; at < whole.length; at++) {
      const bytes = flipped(file, at, 1 << (at % 8));
      rmSync(directory, { recursive: true });
      mkdirSync(directory, { mode: 0o700 });
      writeFileSync(join(directory, 'journal'), bytes, { mode: 0o600 });
      const { state, warnings } = open(directory);
      const sessions = [...state.storeOf('hello').all()];
      state.storeOf('hello').save(storedSession(7));
      state.close();
      const aside = readdirSync(directory).filter((name) => name !== 'journal');
      if (loaded(file, bytes) === 'damaged') {
        expect(sessions).toEqual([]);
        expect(warnings).toHaveLength(1);
        expect(aside).toEqual([expect.stringMatching(/^journal\.corrupt-20250401T081527\d{3}Z$/)]);
        expect(readFileSync(join(directory, aside[0] ?? '')).equals(bytes)).toBe(true);
      } else {
        expect(JSON.stringify([state.clock, ...sessions])).toBe(states[4]);
        expect([warnings, aside]).toEqual([[], []]);
      }
      if (at % 10 === 0) expect(kept(directory)).toEqual([...sessions, storedSession(7)]);
    }
  }, 120_000);

  test('cut at every length on disk: later entries follow the last whole entry', () => {
    const file = damageable();
    const { whole, snapshotLength } = file;
    const directory = temporaryFolder();
    for (let length = 0; length < whole.length; length++) {
      rmSync(directory, { recursive: true });
      mkdirSync(directory, { mode: 0o700 });
      writeFileSync(join(directory, 'journal'), whole.subarray(0, length), { mode: 0o600 });
      const { state, warnings } = open(directory);
      const sessions = [...state.storeOf('hello').all()];
      state.storeOf('hello').save(storedSession(7));
      state.close();
      expect(warnings).toHaveLength(length < snapshotLength ? 1 : 0);
      if (length % 3 === 0) expect(kept(directory)).toEqual([...sessions, storedSession(7)]);
    }
  }, 120_000);

  test('blocks of zeros at the end, as a power cut leaves them, are cut off', () => {
    const file = damageable();
    const { whole } = file;
    for (const zeros of [1, 512, 5000])
      expect(loaded(file, Buffer.concat([whole, Buffer.alloc(zeros)]))).toBe(5);
  });

  test('any other content is set aside: one warning that names the file, and every one under a name of its own', () => {
    const directory = temporaryFolder();
    const contents = [
      '',
      '\n',
      '{}',
      'null\n',
      '{"v":2,"sum":"00000000","kind":"whole"}\n',
      '\0'.repeat(5000),
    ];
    for (const content of contents) {
      writeFileSync(join(directory, 'journal'), content, { mode: 0o600 });
      const { state, warnings } = open(directory);
      expect(warnings).toEqual([
        expect.stringMatching(
          /^the sessions kept in ".*" are damaged \(.*\); the file is set aside as journal\.corrupt-20250401T081527\d{3}Z(-\d)?, and none are restored$/,
        ),
      ]);
      state.close();
    }
    expect(readdirSync(directory)).toHaveLength(contents.length + 1);
  });
});
