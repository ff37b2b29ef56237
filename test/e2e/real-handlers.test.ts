import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { CookieJar } from 'tough-cookie';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { FIXTURES } from '../support/run-cli.js';
import { type Served, serve } from '../support/serve.js';

// Debian's Python has Flask; another Python may stand before it on PATH.
const PATH = `/usr/bin:${process.env.PATH}`;

/** Serves the project of a fixture as its developer does: by `serve` in its folder. */
function project(name: string, ...args: string[]): Promise<Served> {
  return serve(args, { directory: join(FIXTURES, name), env: { PATH } });
}

/** A client with a cookie jar of its own. */
function browser({ url }: Served) {
  const jar = new CookieJar();
  return async (path: string, { json, ...init }: RequestInit & { readonly json?: unknown } = {}) => {
    const target = new URL(path, url).href;
    const headers = {
      cookie: await jar.getCookieString(target),
      ...(json !== undefined && { 'content-type': 'application/json' }),
    };
    const body = json === undefined ? null : JSON.stringify(json);
    const reply = await fetch(target, { ...init, headers: { ...headers, ...init.headers }, body });
    for (const line of reply.headers.getSetCookie()) await jar.setCookie(line, target);
    return { status: reply.status, text: await reply.text(), instance: reply.headers.get('x-instance') };
  };
}

const output = ({ events }: Served): string[] =>
  events.filter(({ event }) => event === 'output').map(({ text }) => String(text));

/** The line that says that a listen on port 9000 was moved. */
const moved = (served: Served) =>
  served.event(
    ({ event, text }) =>
      event === 'output' && String(text).startsWith('it listens on port 9000, and was given'),
  );

describe('--no-port-shift', () => {
  it('leaves a hard-coded port where it is, and the error names it and FC_SERVER_PORT', async () => {
    const served = await project('node-http', '--no-port-shift', '--start-timeout', '3s');
    const reply = await fetch(served.url);
    expect(reply.status).toBe(412);
    // Another process has the port, or the handler has it now.
    expect(await reply.text()).toMatch(/address already in use 0\.0\.0\.0:9000|listens on 9000, not on/);
    const { refusal } = await served.event(({ event }) => event === 'request');
    expect(refusal).toMatchObject({ fix: expect.stringContaining('FC_SERVER_PORT') });
    expect(output(served).join()).not.toContain('was given its own');
  });
});

describe('Express', () => {
  it('runs as it is, started by npm; each session keeps its cart', async () => {
    const served = await project('express');
    const [one, two] = [browser(served), browser(served)];
    const first = await one('/');
    await one('/items', { method: 'POST', json: { item: 'tea' } });
    await two('/');
    const cart = await one('/items', { method: 'POST', json: { item: 'cups' } });
    expect(cart).toMatchObject({ status: 201, text: '["tea","cups"]', instance: first.instance });
    const other = await two('/');
    expect(other).toMatchObject({ text: '[]' });
    expect(other.instance).not.toBe(first.instance);
    // The initializer of s.yaml was called before the first request.
    expect((await two('/ready')).text).toBe('{"ready":true}');
    await moved(served);
  });
});

describe('Fastify', () => {
  it('runs as it is; a conversation has an instance, which hears of its end', async () => {
    const served = await project('fastify');
    const say = async (conversation: string, text: string) => {
      const reply = await fetch(`${served.url}/say`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-conversation-id': conversation },
        body: JSON.stringify({ text }),
      });
      return { ...((await reply.json()) as { said: string[] }), instance: reply.headers.get('x-instance') };
    };
    const first = await say('a', 'hello');
    await say('b', 'good morning');
    await say('c', 'hi');
    expect(await say('a', 'still here')).toEqual({ said: ['hello', 'still here'], instance: first.instance });
    await moved(served);
    served.process.kill('SIGTERM');
    expect(await served.exited).toEqual({ code: 0, signal: null });
    const ends = output(served).flatMap((line) => /"(\d) conversations end"/.exec(line)?.[1] ?? []);
    expect(ends.toSorted()).toEqual(['1', '2']);
  });
});

describe("Python's standard library", () => {
  it('runs as it is; each session has an instance of its own', async () => {
    const served = await project('python-http');
    const visit = async (session: string) =>
      (await fetch(served.url, { headers: { 'x-session-id': session } })).text();
    expect([await visit('a'), await visit('b'), await visit('a'), await visit('a')]).toEqual([
      '1',
      '1',
      '2',
      '3',
    ]);
  });
});

describe('Flask', () => {
  it('runs as it is, with its port in the code; a browser keeps its counter', async () => {
    const served = await project('flask');
    const [one, two] = [browser(served), browser(served)];
    // The first request of a browser has no cookie yet.
    const texts = [];
    for (const visit of [one, one, one, two, two]) texts.push((await visit('/')).text);
    expect(texts).toEqual(['visit 1\n', 'visit 1\n', 'visit 2\n', 'visit 1\n', 'visit 1\n']);
    expect((await one('/')).instance).not.toBe((await two('/')).instance);
    await moved(served);
  });
});

describe('socket.io over long-polling', () => {
  /** @returns what ended the conversation: all texts came back, or the transport broke */
  function talk(socket: Socket): Promise<'echoed' | 'broken'> {
    return new Promise((resolve) => {
      socket.on('connect_error', () => resolve('broken'));
      socket.on('disconnect', () => resolve('broken'));
      socket.on('connect', async () => {
        for (let count = 0; count < 10; count++)
          if ((await socket.emitWithAck('echo', `text ${count}`)) !== `text ${count}`) return;
        resolve('echoed');
      });
    });
  }

  function client({ url }: Served): Socket {
    const socket = io(url, { transports: ['polling'], withCredentials: true, reconnection: false });
    onTestFinished(() => void socket.close());
    return socket;
  }

  it('works with cookie affinity, for several clients on several instances', async () => {
    const served = await project('socket-io');
    const clients = [client(served), client(served), client(served)];
    const hellos = clients.map((socket) => new Promise((resolve) => socket.once('hello', resolve)));
    expect(await Promise.all(clients.map(talk))).toEqual(['echoed', 'echoed', 'echoed']);
    expect(new Set(await Promise.all(hellos)).size).toBe(3);
    await moved(served);
  });

  it('breaks without affinity: a request reaches an instance that does not know the client', async () => {
    const served = await project('socket-io', '--affinity', 'none');
    expect(await talk(client(served))).toBe('broken');
    // What socket.io answers to the ID of a client of another instance. The line of a request may come after its reply.
    await served.event(({ event, status }) => event === 'request' && status === 400);
  });
});

describe('a WebSocket chat', () => {
  it('H16: everybody of a room is on one instance, other rooms are elsewhere', async () => {
    const served = await project('websocket-chat');
    const join = (room: string) => {
      const socket = new WebSocket(served.url.replace('http', 'ws'), { headers: { 'x-chat-room': room } });
      onTestFinished(() => socket.terminate());
      const texts: string[] = [];
      socket.on('message', (text) => texts.push(String(text)));
      return { texts, say: (text: string) => socket.send(text) };
    };
    const ann = join('kitchen');
    await expect.poll(() => ann.texts, { timeout: 20_000 }).toHaveLength(1);
    const [bob, eve] = [join('kitchen'), join('cellar')];
    await expect.poll(() => [...bob.texts, ...eve.texts], { timeout: 20_000 }).toHaveLength(2);
    const [instance] = ann.texts[0]?.split(' ') ?? [];
    expect(bob.texts).toEqual([`${instance} 2`]);
    expect(eve.texts[0]).not.toContain(instance);
    ann.say('dinner is ready');
    await expect.poll(() => bob.texts).toEqual([`${instance} 2`, 'dinner is ready']);
    bob.say('coming');
    await expect.poll(() => ann.texts).toEqual([`${instance} 1`, 'coming']);
    expect(eve.texts).toHaveLength(1);
    await moved(served);
  });
});

describe('a shell script named bootstrap', () => {
  it('starts where no command is configured, in the folder of the code', async () => {
    const served = await project('shell-bootstrap');
    const [one, two] = [browser(served), browser(served)];
    const first = await one('/');
    const second = await two('/');
    expect(first.text).toMatch(/^c-\S+ runs in \/\S+\/fixtures\/shell-bootstrap\/code\n$/);
    expect(second.text).not.toBe(first.text);
    expect((await one('/')).text).toBe(first.text);
  });
});
