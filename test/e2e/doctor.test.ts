import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCli, temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

async function threeWithoutCookie(url: string): Promise<void> {
  for (let n = 0; n < 3; n += 1) await (await fetch(url)).text();
}

describe('doctor', () => {
  test('names a mistake with evidence and mend, and exits 1; JSON has the same', async () => {
    const served = await serve(['--function', 'shop']);
    await threeWithoutCookie(served.url);

    const { code, stdout } = await served.cli('doctor');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ {5}cookie-not-returned, function shop\n/);
    expect(stdout).toMatch(/^seen {2}3 requests without a session cookie, each with a new session\n/m);
    expect(stdout).toMatch(/^fix {3}fetch of Node\.js keeps no cookies/m);
    expect(stdout).toMatch(/\n1 mistake found in 3 requests of shop, \d\d:\d\d:\d\d to \d\d:\d\d:\d\d\n$/);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);

    const { findings } = JSON.parse((await served.cli('doctor', '-o', 'json')).stdout);
    expect(findings).toEqual([
      {
        rule: 'cookie-not-returned',
        functionName: 'shop',
        message: expect.any(String),
        evidence: expect.any(Array),
        fix: expect.any(String),
      },
    ]);
    expect((await served.cli('doctor', '--function', 'other')).code).toBe(0);
  });

  test('says what it looked at when it finds nothing', async () => {
    const served = await serve(['--function', 'shop']);
    const before = await served.cli('doctor');
    expect([before.code, before.stdout]).toEqual([
      0,
      'there are no requests to check yet\nsend requests to the function, then run this again\n',
    ]);
    await (await fetch(served.url)).text();
    const { code, stdout } = await served.cli('doctor');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^no mistake found in 1 request of shop, .*\nlooked for +cookie-not-returned, /);
  });

  test('reads the JSON log of serve, with the idle time of the function, and passes over other lines', async () => {
    const served = await serve(['--function', 'shop', '--idle', '60']);
    const first = await fetch(served.url);
    const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    await first.text();
    await served.cli('clock', 'advance', '70s');
    const second = await fetch(served.url, { headers: { cookie } });
    await second.text();
    const requestId = second.headers.get('x-fc-request-id');
    await served.event((one) => one.event === 'request' && one.requestId === requestId);
    const log = join(temporaryFolder(), 'log.jsonl');
    writeFileSync(log, `not JSON\n{"event":5}\n${served.lines.join('\n')}\n`);

    const { code, stdout } = await runCli(['doctor', '--from', log, '-o', 'json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).findings).toMatchObject([{ rule: 'idle-before-use', functionName: 'shop' }]);

    const nowhere = await runCli(['doctor', '--from', '/nowhere/log.jsonl']);
    expect([nowhere.code, nowhere.stderr]).toEqual([
      4,
      'error: cannot read the log "/nowhere/log.jsonl": ENOENT\n',
    ]);
    const other = join(temporaryFolder(), 'other');
    writeFileSync(other, 'hello\n');
    const foreign = await runCli(['doctor', '--from', other]);
    expect([foreign.code, foreign.stderr]).toEqual([
      1,
      expect.stringContaining('has no line of the JSON log'),
    ]);
  });
});

/** Answers as a function whose affinity is wrong in one way. */
async function wrongTarget(
  headersOf: (cookie: string | undefined) => Record<string, string>,
): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(200, headersOf(request.headers.cookie)).end('hello');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('doctor --target', () => {
  test('makes the three checks of the vendor, and ends the session that it opened', async () => {
    const served = await serve(['--function', 'shop']);
    const { code, stdout } = await served.cli('doctor', '--target', served.url);
    expect(code).toBe(0);
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).toMatch(/ ✓ the first reply \(200\) gives a session ID in Set-Cookie: [0-9a-f-]{36} /);
    expect(text).toMatch(
      / ✓ the second request, with the session ID, was answered 200 without a new one, by the same instance c-/,
    );
    expect(text).toMatch(
      / ✓ function shop has GENERATED_COOKIE, deployed \(lastUpdateStatus Successful\); revision \S+ serves 1 session on 1 instance $/,
    );
    expect(JSON.parse((await served.cli('session', 'list', '--status', 'Active', '--json')).stdout)).toEqual({
      sessions: [],
    });
  });

  test('works for header affinity', async () => {
    const served = await serve(['--affinity', 'header', '--header-name', 'x-session-id']);
    const { code, stdout } = await served.cli('doctor', '--target', served.url);
    expect([code, stdout]).toEqual([0, expect.stringContaining('gives a session ID in x-session-id')]);
  });

  test('without affinity two checks fail, and say how to mend it', async () => {
    const served = await serve(['--affinity', 'none', '--function', 'shop']);
    const { code, stdout } = await served.cli('doctor', '--target', served.url, '-o', 'json');
    expect(code).toBe(1);
    const { checks, findings } = JSON.parse(stdout);
    expect(checks).toMatchObject([
      {
        id: 'first-reply',
        status: 'failed',
        fix: 'configure session affinity for the function, and deploy it',
      },
      { id: 'carried-on', status: 'skipped' },
      { id: 'configured', status: 'failed', message: expect.stringContaining('sessionAffinity NONE') },
    ]);
    expect(findings.map(({ rule }: { rule: string }) => rule)).toEqual(['first-reply', 'configured']);
  });

  test('a target that gives a new session each time is not carried on; without a control API the third is skipped', async () => {
    let count = 0;
    const url = await wrongTarget(() => ({
      'set-cookie': `x-fc-cookie-session-id=s${++count}; Max-Age=21600`,
    }));
    const { code, stdout } = await runCli(['doctor', '--target', url]);
    expect(code).toBe(1);
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).toContain('✓ the first reply (200) gives a session ID in Set-Cookie: s1');
    expect(text).toContain('✗ the second request sent the session ID, and its reply (200) gives another: s2');
    expect(text).toContain('– no control API is known: give its URL with --api');
  });

  test('a target that does not answer is unreachable, and one that is no URL a misuse', async () => {
    expect(await runCli(['doctor', '--target', 'http://127.0.0.1:1'])).toMatchObject({ code: 3 });
    expect(await runCli(['doctor', '--target', 'nonsense'])).toMatchObject({ code: 2 });
    expect(await runCli(['doctor', '--target', 'http://127.0.0.1:1', '--from', 'x'])).toMatchObject({
      code: 2,
    });
  });
});
