import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { announce, runningEmulators, runtimeDirectory } from '../../src/cli/discovery.js';
import { temporaryFolder } from '../support/run-cli.js';

const EMULATOR = { endpoint: 'http://127.0.0.1:9001', functions: ['hello'] };

describe('the file by which a running emulator is found', () => {
  it('names a running process', () => {
    const env = { XDG_RUNTIME_DIR: temporaryFolder() };
    expect(runningEmulators(env)).toEqual([]);
    announce(EMULATOR, env);
    expect(runningEmulators(env)).toEqual([expect.objectContaining({ ...EMULATOR, pid: process.pid })]);
  });

  it('T20: is passed over when its process is dead, or another one has its ID by now', () => {
    const env = { XDG_RUNTIME_DIR: temporaryFolder() };
    const folder = runtimeDirectory(env, { make: true }) ?? '';
    const write = (pid: number, startTime: string): void =>
      writeFileSync(join(folder, `serve-${pid}.json`), JSON.stringify({ ...EMULATOR, pid, startTime }));
    write(4_194_304, '1');
    write(process.pid, '1');
    expect(runningEmulators(env)).toEqual([]);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"pid":1}',
    '{"pid":1,"endpoint":"not a url"}',
    '{"__proto__":{"pid":1}}',
  ])('is passed over when it holds %j', (content) => {
    const env = { XDG_RUNTIME_DIR: temporaryFolder() };
    const folder = runtimeDirectory(env, { make: true }) ?? '';
    writeFileSync(join(folder, 'serve-1.json'), content);
    expect(runningEmulators(env)).toEqual([]);
  });

  it('T27: is neither written nor read in a folder that is open to others, or a link', () => {
    const open = temporaryFolder();
    mkdirSync(join(open, 'fc-affinity'));
    chmodSync(join(open, 'fc-affinity'), 0o777);
    expect(announce(EMULATOR, { XDG_RUNTIME_DIR: open })).toBeUndefined();
    const linked = temporaryFolder();
    symlinkSync(temporaryFolder(), join(linked, 'fc-affinity'));
    expect(announce(EMULATOR, { XDG_RUNTIME_DIR: linked })).toBeUndefined();
    expect(runningEmulators({ XDG_RUNTIME_DIR: linked })).toEqual([]);
  });
});
