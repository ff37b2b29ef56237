import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CurlReply, curl } from '../support/curl.js';
import { temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

const PLANTED =
  /^x-fc-cookie-session-id=([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}); Max-Age=(\d+)$/;

function sessionCookie(reply: CurlReply): { readonly sessionId: string; readonly maxAge: number } {
  const [line = '', ...more] = reply.all('set-cookie');
  expect(more).toEqual([]);
  const [, sessionId = '', maxAge = ''] = PLANTED.exec(line) ?? [];
  expect(line).toMatch(PLANTED);
  return { sessionId, maxAge: Number(maxAge) };
}

function instanceOf(reply: CurlReply): string {
  return reply.all('x-instance').join();
}

describe('the documented four requests, sent by curl with its own jar', () => {
  it('C01–C13: a session keeps its instance, two share one, a third opens another', async () => {
    const { url, cli } = await serve(['--sessions-per-instance', '2']);
    const jar = join(temporaryFolder(), 'jar');

    const first = await curl('-c', jar, url);
    const second = await curl('-b', jar, '-c', jar, url);
    const third = await curl(url);
    const fourth = await curl(url);

    const replies = [first, second, third, fourth];
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const [a, b, c] = [sessionCookie(first), sessionCookie(third), sessionCookie(fourth)];
    expect(a.maxAge).toBe(21600);
    expect(second.all('set-cookie')).toEqual([]);
    expect(new Set([a.sessionId, b.sessionId, c.sessionId]).size).toBe(3);
    expect(instanceOf(second)).toBe(instanceOf(first));
    expect(instanceOf(third)).toBe(instanceOf(first));
    expect(instanceOf(fourth)).not.toBe(instanceOf(first));
    expect(readFileSync(jar, 'utf8')).toContain(a.sessionId);

    for (const reply of replies) {
      expect(reply.body).toBe('Hello, World!');
      expect(reply.all('content-length')).toEqual(['13']);
      expect(reply.all('content-type')).toEqual(['text/html; charset=utf-8']);
      expect(reply.all('x-fc-request-id').join()).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{6,8}-[0-9a-f]{12}$/);
      expect(reply.all('access-control-expose-headers')).toEqual(['Date,x-fc-request-id']);
      expect(reply.all('content-disposition')).toEqual(['attachment']);
      expect(reply.all('date').join()).toMatch(/^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/);
    }
    expect(new Set(replies.map((reply) => reply.all('x-fc-request-id').join())).size).toBe(4);

    const instances = JSON.parse((await cli('instance', 'list', '--json')).stdout).instances;
    expect(instances.map((one: { sessions: number }) => one.sessions).sort()).toEqual([1, 2]);
  });

  it('C14: with one session an instance each new session starts one', async () => {
    const { url } = await serve(['--sessions-per-instance', '1']);
    const replies = [await curl(url), await curl(url)];
    expect(new Set(replies.map(instanceOf)).size).toBe(2);
  });

  it('C15: by default twenty sessions share an instance and the next opens a second', async () => {
    const { url } = await serve();
    const replies: CurlReply[] = [];
    for (let count = 0; count < 21; count++) replies.push(await curl(url));
    const instances = replies.map(instanceOf);
    expect(new Set(instances.slice(0, 20)).size).toBe(1);
    expect(instances[20]).not.toBe(instances[0]);
  });

  it('C16: the cookie lasts as long as the session', async () => {
    const { url } = await serve(['--ttl', '60']);
    expect(sessionCookie(await curl(url)).maxAge).toBe(60);
  });

  it('C19, C24: `clock advance 6h` ends the session, and its cookie opens it anew', async () => {
    const { url, cli } = await serve();
    const { sessionId } = sessionCookie(await curl(url));
    const shown = await cli('clock', 'advance', '6h', '--json');
    expect(shown.code).toBe(0);
    expect(JSON.parse(shown.stdout).offsetMs).toBeGreaterThan(6 * 3600 * 1000 - 1000);
    const listed = JSON.parse((await cli('session', 'list', '--json')).stdout).sessions;
    expect(listed[0]).toMatchObject({ sessionId, sessionStatus: 'Expired' });
    expect(sessionCookie(await curl('-b', `x-fc-cookie-session-id=${sessionId}`, url)).sessionId).toBe(
      sessionId,
    );
  });

  it('requests and what handlers print are dated by the clock that was moved, as sessions are', async () => {
    const { url, cli, ready } = await serve();
    await curl(url);
    await cli('clock', 'advance', '6h');
    const before = Date.parse(JSON.parse((await cli('clock', 'show', '--json')).stdout).now);
    const instance = instanceOf(await curl(url));
    const { lines } = JSON.parse((await cli('instance', 'logs', instance, '--json')).stdout);
    const later = lines.filter(({ at }: { at: number }) => at >= before);
    expect(later.map(({ text }: { text: string }) => text.split(' RequestId')[0])).toEqual(
      expect.arrayContaining(['FC Invoke Start', 'FC Invoke End']),
    );
    const response = await fetch(`${ready.api}/_emulator/v1/requests`);
    const { requests } = (await response.json()) as { requests: { at: number }[] };
    expect(requests.map(({ at }) => at >= before)).toEqual([false, true]);
  });
});
