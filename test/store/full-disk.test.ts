import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { kept, open, storedSession, temporaryFolder } from './kept-sessions.js';

const MINUTE_MS = 60_000;
const [MOUNT, UNMOUNT] = ['mount', 'umount'];

/** @returns a folder on a file system of its own, that small; undefined where this user may not mount one */
function smallDisk(size: string): string | undefined {
  const folder = temporaryFolder();
  const mounted = spawnSync(MOUNT, ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', folder]);
  if (mounted.status !== 0) return undefined;
  onTestFinished(() => {
    spawnSync(UNMOUNT, ['-l', folder]);
  });
  return folder;
}

/** Fills the disk. */
function fill(disk: string): string {
  const filler = join(disk, 'filler');
  for (const size of [4096, 1]) {
    try {
      for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Full, for pieces of that size.
    }
  }
  return filler;
}

/** What a start would find if the emulator were killed now: the file as it is, in another place. */
function keptAfterKill(directory: string): readonly number[] {
  const copy = temporaryFolder();
  writeFileSync(join(copy, 'journal'), readFileSync(join(directory, 'journal')), { mode: 0o600 });
  return kept(copy).map(({ order }) => order);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, order) => order);

describe('F-16: a full disk', () => {
  test('keeps what was saved, warns once a minute, and has everything when there is space again', async ({
    skip,
  }) => {
    const disk = smallDisk('64k');
    if (disk === undefined) return skip('a tmpfs cannot be mounted here');
    const directory = join(disk, 'state');
    const { state, warnings, clock } = open(directory);
    const store = state.storeOf('hello');
    let saved = 0;
    while (saved < 3) store.save(storedSession(saved++));
    const filler = fill(disk);

    while (warnings.length === 0) store.save(storedSession(saved++));
    expect(warnings).toEqual([
      expect.stringMatching(
        /^sessions cannot be saved in ".*": ENOSPC: .*; they stay in memory and are saved when the directory can be written again$/,
      ),
    ]);
    expect(keptAfterKill(directory)).toEqual(upTo(saved - 1));
    for (let more = 0; more < 20; more++) store.save(storedSession(saved++));
    store.touch([{ order: 1, lastUsedAt: 7 }]);
    store.delete(2);
    expect(keptAfterKill(directory)).toEqual(upTo(saved - 21));
    expect([...store.all()].map(({ order }) => order)).toEqual(upTo(saved).filter((order) => order !== 2));

    await clock.advance(MINUTE_MS - 1);
    store.save(storedSession(saved++));
    expect(warnings).toHaveLength(1);
    await clock.advance(1);
    store.save(storedSession(saved++));
    expect(warnings).toHaveLength(2);

    rmSync(filler);
    store.save(storedSession(saved++));
    expect(keptAfterKill(directory)).toEqual(upTo(saved).filter((order) => order !== 2));
    state.close();
    expect(warnings).toHaveLength(2);
    expect(kept(directory)[1]).toMatchObject({ order: 1, lastUsedAt: 7, used: true });
    expect(readdirSync(directory)).toEqual(['journal']);
  });

  test('is tried again within a second, without another save', async ({ skip }) => {
    const disk = smallDisk('64k');
    if (disk === undefined) return skip('a tmpfs cannot be mounted here');
    const directory = join(disk, 'state');
    const { state, warnings, clock } = open(directory);
    const filler = fill(disk);
    let saved = 0;
    while (warnings.length === 0) state.storeOf('hello').save(storedSession(saved++));
    rmSync(filler);
    await clock.advance(1000);
    expect(keptAfterKill(directory)).toEqual(upTo(saved));
  });

  test('for long: more changes than are held back come back by a snapshot', async ({ skip }) => {
    const disk = smallDisk('2m');
    if (disk === undefined) return skip('a tmpfs cannot be mounted here');
    const directory = join(disk, 'state');
    const { state, clock } = open(directory);
    const store = state.storeOf('hello');
    const filler = fill(disk);
    for (let order = 0; order < 1500; order++) store.save(storedSession(order));
    for (let order = 0; order < 1000; order++) store.delete(order);
    const left = upTo(1500).slice(1000);
    rmSync(filler);
    await clock.advance(1000);
    expect(keptAfterKill(directory)).toEqual(left);
    store.save(storedSession(1500));
    expect(keptAfterKill(directory)).toEqual([...left, 1500]);
    expect(readdirSync(directory)).toEqual(['journal', 'lock']);
  });

  test('stops no change when a compaction finds no space beside the journal', async ({ skip }) => {
    const disk = smallDisk('64k');
    if (disk === undefined) return skip('a tmpfs cannot be mounted here');
    const directory = join(disk, 'state');
    // The snapshot needs 6 of the 16 pages besides the 9 that the journal has by then, the lock one and a byte more than fits.
    const { state, warnings, clock } = open(directory, { compactFromBytes: 36_000 });
    const store = state.storeOf('hello');
    writeFileSync(join(disk, 'filler'), Buffer.alloc(4096));
    let saved = 0;
    while (warnings.length === 0) store.save(storedSession(saved++));
    expect(statSync(join(directory, 'journal')).size).toBeGreaterThan(36_000);
    for (let more = 0; more < 5; more++) store.save(storedSession(saved++));
    expect(keptAfterKill(directory)).toEqual(upTo(saved));
    expect(warnings).toHaveLength(1);
    expect(readdirSync(directory)).toEqual(['journal', 'lock']);
    for (let order = 2; order < saved; order++) store.delete(order);
    await clock.advance(MINUTE_MS);
    store.save(storedSession(0));
    expect(statSync(join(directory, 'journal')).size).toBeLessThan(2000);
    expect(keptAfterKill(directory)).toEqual([0, 1]);
  });

  test('at the end is reported, beside the limit of one warning a minute', ({ skip }) => {
    const disk = smallDisk('64k');
    if (disk === undefined) return skip('a tmpfs cannot be mounted here');
    const { state, warnings } = open(join(disk, 'state'));
    fill(disk);
    let saved = 0;
    while (warnings.length === 0) state.storeOf('hello').save(storedSession(saved++));
    state.close();
    expect(warnings[1]).toBe('the last changes of sessions could not be saved');
    expect(kept(join(disk, 'state')).map(({ order }) => order)).toEqual(upTo(saved - 1));
  });

  test('at the start is a refusal that says so, and leaves nothing behind', ({ skip }) => {
    const disk = smallDisk('64k');
    if (disk === undefined) return skip('a tmpfs cannot be mounted here');
    mkdirSync(join(disk, 'state'), { mode: 0o700 });
    fill(disk);
    expect(() => open(join(disk, 'state'))).toThrow(
      expect.objectContaining({ code: 'InvalidArgument', message: expect.stringContaining('ENOSPC') }),
    );
    expect(readdirSync(join(disk, 'state'))).toEqual([]);
  });
});
