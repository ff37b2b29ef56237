import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { announce, runningEmulators, runtimeDirectory } from '../../src/cli/discovery.js';
import { portOwner } from '../../src/system/listeners.js';
import { temporaryFolder } from '../support/run-cli.js';

const EMULATOR = { endpoint: 'http://127.0.0.1:9001', functions: ['hello'] };

describe('the file by which a running emulator is found', () => {
  it('tells of a living process', () => {
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

describe('portOwner', () => {
  it.runIf(process.platform === 'linux')('names the process that listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(portOwner(port)).toMatchObject({ pid: process.pid });
  });

  it('knows nobody where nobody listens', () => {
    expect(portOwner(1)).toBeUndefined();
  });
});
