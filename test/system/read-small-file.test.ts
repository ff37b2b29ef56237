import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSmallFile } from '../../src/system/read-small-file.js';
import { temporaryFolder } from '../support/run-cli.js';

test.each([0, 1, 1024 * 1024])('a file of %i bytes is read whole', (size) => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, 'ü'.repeat(size / 2).padEnd(size === 1 ? 1 : 0, 'x'));
  expect(Buffer.byteLength(readSmallFile(file))).toBe(size);
});

test.skipIf(process.platform !== 'linux')('C12: of a file without an end no more than 1 MiB is read', () => {
  expect(() => readSmallFile('/dev/zero')).toThrow('it is larger than 1 MiB');
  expect(() => readSmallFile('/nowhere')).toThrow('ENOENT');
});

test('a pipe is read to its end', () => {
  const pipe = join(temporaryFolder(), 'pipe');
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  spawn('bash', ['-c', 'exec > "$0"; seq 1 20000; sleep 0.1; seq 1 20000', pipe]);
  expect(readSmallFile(pipe)).toHaveLength(217_788);
});
