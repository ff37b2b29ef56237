import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PAGE_FILES } from '../../src/console/page-files.js';
import { temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

const HTML = { accept: 'text/html' };
const KEY = { FC_AFFINITY_ACCESS_KEY_ID: 'id', FC_AFFINITY_ACCESS_KEY_SECRET: 'secret' };

/** A folder with a program that writes its arguments to a file, under the name of what opens a browser on Linux. */
function fakeBrowser(exitCode = 0): { readonly PATH: string; readonly opened: string } {
  const folder = temporaryFolder();
  const opened = join(folder, 'opened');
  const program = join(folder, 'xdg-open');
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@" >'${opened}'\nexit ${exitCode}\n`);
  chmodSync(program, 0o755);
  return { PATH: `${folder}:${process.env.PATH}`, opened };
}

describe('the console of serve', () => {
  it('is in the ready line, and a browser gets the page there', async () => {
    const { ready } = await serve(['--no-function']);
    expect(ready.console).toBe(`${ready.api}/`);
    const reply = await fetch(ready.console, { headers: HTML });
    expect(await reply.text()).toContain('console/main.js');
  });

  it('with an access key the address contains a token, and the next one is printed when it was used', async () => {
    const { ready, event } = await serve(['--no-function'], { env: KEY });
    const [address, token] = ready.console.split('#token=');
    expect(address).toBe(`${ready.api}/`);
    const reply = await fetch(`${ready.api}/_emulator/v1/console/keys`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    const { key } = (await reply.json()) as { key: string };
    const functions = await fetch(`${ready.api}/_emulator/v1/functions`, {
      headers: { 'x-fc-affinity-console': key },
    });
    expect(functions.status).toBe(200);
    const notice = await event(({ text }) => String(text).startsWith('the console was opened'));
    expect(notice.text).toContain(`${ready.api}/#token=`);
    expect(notice.text).not.toContain(token);
  });

  it.runIf(process.platform === 'linux')(
    'is not opened where nothing can open it: the address is told',
    async () => {
      const { PATH } = fakeBrowser(3);
      const { ready, event } = await serve(['--no-function', '--open'], { env: { PATH } });
      const { text } = await event((one) => one.event === 'notice' && String(one.text).includes('browser'));
      expect(text).toBe(`no browser was opened (xdg-open ended with 3): open ${ready.console}`);
    },
  );

  it.runIf(process.platform === 'linux')(
    '--open gives the address to the program that opens a browser',
    async () => {
      // It fails, so that serve tells when it has ended.
      const { PATH, opened } = fakeBrowser(4);
      const { ready, event } = await serve(['--no-function'], {
        env: { PATH, ...KEY, FC_AFFINITY_OPEN: 'true' },
      });
      await event(({ text }) => String(text).includes('xdg-open ended with 4'));
      expect(readFileSync(opened, 'utf8')).toBe(`${ready.console}\n`);
    },
  );

  it.runIf(process.platform === 'linux')(
    'T11: no file is opened while the page is served, whatever path is asked for',
    async () => {
      const trace = join(temporaryFolder(), 'trace');
      const served = await serve(['--no-function'], {
        under: ['strace', '-f', '-s', '600', '-e', 'trace=open,openat,openat2,write,writev', '-o', trace],
      });
      const health = async () => (await fetch(`${served.ready.api}/_emulator/v1/health`)).text();
      await health();
      for (const path of [
        ...PAGE_FILES.map((file) => file.path),
        '/console/../package.json',
        '/console/%2e%2e/%2e%2e/package.json',
        '/console/..%5cpackage.json',
        '/console//etc/passwd',
        '/console/nothing',
      ])
        await (await fetch(served.ready.api + path, { headers: HTML })).text();
      await health();
      const ended = served.exited;
      process.kill(-served.pid, 'SIGTERM');
      await ended;
      const lines = readFileSync(trace, 'utf8').split('\n');
      const replies = lines.flatMap((line, at) => (line.includes('\\"status\\":\\"ok\\"') ? [at] : []));
      expect(replies).toHaveLength(2);
      const between = lines.slice(...replies);
      expect(between.filter((line) => line.includes('HTTP/1.1 200 OK')).length).toBeGreaterThanOrEqual(
        PAGE_FILES.length,
      );
      expect(between.filter((line) => /\bopen(at2?)?\(/.test(line))).toEqual([]);
      expect(lines.some((line) => line.includes('openat('))).toBe(true);
    },
  );
});

describe('the size of the page', () => {
  const gzipped = (type: string) =>
    PAGE_FILES.filter((file) => file.type.startsWith(type)).reduce(
      (sum, { text }) => sum + gzipSync(text, { level: 9 }).length,
      0,
    );

  it('is at most 35 KB of scripts and 6 KB of styles, gzipped, in at most 12 files', () => {
    expect(gzipped('text/javascript')).toBeLessThanOrEqual(35 * 1024);
    expect(gzipped('text/css')).toBeLessThanOrEqual(6 * 1024);
    expect(gzipped('text/javascript')).toBeGreaterThan(1000);
    expect(PAGE_FILES.length).toBeLessThanOrEqual(12);
  });

  it('needs nothing from other addresses: no font, no import, no data', () => {
    for (const { path, text } of PAGE_FILES.filter((file) => !file.path.endsWith('.js')))
      expect([path, /@import|@font-face|data:|url\((?!#)|(?:href|src)="(?:https?:)?\/\//.test(text)]).toEqual(
        [path, false],
      );
  });
});
