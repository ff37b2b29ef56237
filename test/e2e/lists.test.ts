import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { curl } from '../support/curl.js';
import { BIN, cleanEnvironment, FIXTURES, runShell } from '../support/run-cli.js';
import { type Served, serve } from '../support/serve.js';

/** Runs a command on a terminal of that width. @returns its lines, with the bytes that colour them */
async function onTerminal({ env }: Served, words: string, columns: number): Promise<string[]> {
  const line = `script -qec "stty cols ${columns}; $BIN ${words}" /dev/null`;
  const { stdout } = await runShell(line, { env: { ...env, TERM: 'xterm-256color' } });
  return stdout.split(/\r?\n/).filter((text) => text !== '');
}

function plain(line: string): string {
  return line.replaceAll(/\x1b\[[0-9;]*m/g, '');
}

describe('S5: an instance that has ended', () => {
  it('S5: is found by its short ID, listed with its exit code, and its log can be read', async () => {
    const served = await serve(['--', process.execPath, `${FIXTURES}/exits-at-start.js`]);
    const { cli } = served;
    await curl(served.url);
    const { instanceId } = await served.event(
      ({ event, text }) => event === 'output' && text === 'no database',
    );
    const short = String(instanceId).slice(-8);
    await served.event(({ event }) => event === 'request');

    const logs = await cli('instance', 'logs', short);
    expect({ code: logs.code, stderr: logs.stderr }).toEqual({ code: 0, stderr: '' });
    expect(logs.stdout).toContain('no database');
    expect((await cli('instance', 'list')).stderr).toBe(
      'no instances run; --all shows recently ended instances\n',
    );
    const [head, row] = (await cli('instance', 'list', '--all')).stdout.split('\n');
    expect(head).toMatch(/EXIT$/);
    expect(row).toMatch(new RegExp(`^${instanceId}  Destroyed .*code [1-9]\\d*$`));
    expect(JSON.parse((await cli('instance', 'list', '--all', '--json')).stdout).instances[0]).toMatchObject({
      instanceId,
      status: 'Destroyed',
      exit: { code: expect.any(Number), signal: null },
    });
    expect(JSON.parse((await cli('instance', 'list', '--json')).stdout)).toEqual({ instances: [] });
  });

  it('S5: is told by its signal when it was killed', async () => {
    const { cli, url } = await serve();
    await curl(url);
    const [id = ''] = (await cli('instance', 'list', '-o', 'name')).stdout.split('\n');
    await cli('instance', 'kill', id.slice(-8));
    expect((await cli('instance', 'list', '--all')).stdout).toMatch(/ SIGKILL\n/);
    const again = await cli('instance', 'kill', id.slice(-8));
    expect({ code: again.code, stderr: again.stderr }).toEqual({
      code: 4,
      stderr: expect.stringMatching(/\nfix: fc-affinity instance list --all shows /),
    });
  });
});

describe('S5: instance logs without an ID', () => {
  it('S5: shows the only instance', async () => {
    const { cli, url } = await serve();
    expect(await cli('instance', 'logs')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'no instances have run yet\n',
    });
    await curl(`${url}/only`);
    const { stdout } = await cli('instance', 'logs');
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d {2}FC Invoke Start/);
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d {2}GET \/only$/m);
  });

  it('S5: shows all in the order of time, each line under its instance', async () => {
    const { cli, url } = await serve(['--sessions-per-instance', '1']);
    for (const path of ['first', 'second', 'third']) await curl(`${url}/${path}`);
    const ids = (await cli('instance', 'list', '-o', 'name')).stdout.trim().split('\n');
    expect(ids).toHaveLength(3);
    const lines = (await cli('instance', 'logs')).stdout
      .split('\n')
      .filter((line) => line.includes('GET') && !line.includes('FC Invoke'));
    expect(lines.map((line) => line.split(/ +/)[3])).toEqual(['/first', '/second', '/third']);
    expect(lines.map((line) => line.split(/ +/)[1])).toEqual(ids.map((id) => id.slice(-8)));
    const { lines: json } = JSON.parse((await cli('instance', 'logs', '--json')).stdout);
    expect(new Set(json.map(({ instanceId }: { instanceId: string }) => instanceId))).toEqual(new Set(ids));
  });

  it('joins the lines with their requests, and shows those of one request', async () => {
    const { cli, url } = await serve();
    for (const path of ['first', 'second']) await curl(`${url}/${path}`);
    const { stdout } = await cli('instance', 'logs');
    expect(stdout).toMatch(/FC Invoke Start RequestId: 1-\S+ {2}GET \/first\n/);
    expect(stdout).toMatch(/FC Invoke End RequestId: 1-\S+ {2}200 after \d+ ms, session [0-9a-f]{8}\n/);

    const [, second = ''] = /RequestId: (\S+) {2}GET \/second/.exec(stdout) ?? [];
    const one = await cli('instance', 'logs', '--request', second.slice(-8));
    const texts = one.stdout.trim().split('\n');
    expect(texts.map((text) => /(Start|End|GET \/second$)/.exec(text)?.[0])).toEqual([
      'Start',
      'GET /second',
      'End',
    ]);
    const { lines } = JSON.parse((await cli('instance', 'logs', '--request', second, '--json')).stdout);
    expect(lines.map(({ requestId }: { requestId: string }) => requestId)).toEqual([second, second, second]);

    expect(await cli('instance', 'logs', '--request', 'nowhere')).toMatchObject({ code: 4 });
    expect(await cli('instance', 'logs', '--request', second, '-f')).toMatchObject({ code: 2 });
  });

  it('S5: -f follows all', async () => {
    const served = await serve(['--sessions-per-instance', '1']);
    await curl(served.url);
    await curl(served.url);
    const child = spawn(process.execPath, [BIN, 'instance', 'logs', '-f', '--json'], {
      env: cleanEnvironment(served.env),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const seen = new Set<string>();
    for await (const line of createInterface({ input: child.stdout })) {
      const { instanceId, text } = JSON.parse(line);
      if (/^GET/.test(text)) seen.add(instanceId);
      if (seen.size === 2) break;
    }
    expect(seen.size).toBe(2);
  });
});

describe('S6: lists are for people', () => {
  it('S6: the Active session comes first, the rest is counted; JSON keeps the order of the API', async () => {
    const { cli, url } = await serve(['--ttl', '1h']);
    for (let count = 0; count < 24; count++) await curl(url);
    await cli('clock', 'advance', '2h');
    const active = (await cli('session', 'create', '-o', 'name')).stdout.trim();
    const { stdout, stderr } = await cli('session', 'list');
    const rows = stdout.trimEnd().split('\n').slice(1);
    expect(rows[0]).toMatch(new RegExp(`^${active}  Active `));
    expect(rows).toHaveLength(20);
    expect(stderr).toBe('1 Active, 24 Expired; 5 not shown: --all\n');
    const all = await cli('session', 'list', '--all');
    expect(all.stdout.trimEnd().split('\n')).toHaveLength(26);
    const names = (await cli('session', 'list', '--all', '-o', 'name')).stdout.trimEnd().split('\n');
    expect(names.at(-1)).toBe(active);
    expect(JSON.parse((await cli('session', 'list', '--json')).stdout).sessions[0].sessionStatus).toBe(
      'Expired',
    );
    expect(
      (await cli('session', 'list', '--status', 'Expired', '--limit', '3')).stdout.split('\n'),
    ).toHaveLength(5);
  });

  it('S6: get tells where a session that has expired can be seen', async () => {
    const { cli, url } = await serve(['--ttl', '1h']);
    await curl(url);
    const id = (await cli('session', 'list', '-o', 'name')).stdout.trim();
    await cli('clock', 'advance', '2h');
    const { code, stderr } = await cli('session', 'get', id.slice(0, 8));
    expect({ code, stderr }).toEqual({
      code: 4,
      stderr: [
        `error: session '${id}' does not exist`,
        '  a session of this ID has expired',
        `fix: fc-affinity session list --session-id ${id} shows it\n`,
      ].join('\n'),
    });
    expect((await cli('session', 'list', '--session-id', id)).stdout).toMatch(/ Expired /);
    const json = await cli('session', 'get', id, '--json');
    expect(JSON.parse(json.stderr).Message).toBe(`session '${id}' does not exist`);
  });
});

describe('on a terminal', () => {
  it.each([60, 80])('S7: every table fits %i columns, and its IDs can be used', async (columns) => {
    const served = await serve(['--sessions-per-instance', '1', '--function', 'a-function-of-a-long-name']);
    await curl(served.url);
    await curl(served.url);
    for (const words of [
      'session list',
      'instance list',
      'ps --all',
      'function list',
      'trigger list',
      'clock show',
    ]) {
      const lines = (await onTerminal(served, words, columns)).map(plain);
      expect(
        Math.max(...lines.map((line) => line.length)),
        `${words}: ${lines.join('\n')}`,
      ).toBeLessThanOrEqual(columns);
      expect(lines.length).toBeGreaterThan(1);
    }
    const [, row = ''] = (await onTerminal(served, 'session list', columns)).map(plain);
    const [shown = ''] = row.split(' ');
    expect((await served.cli('session', 'get', shown)).code).toBe(0);
  });

  it('S13: a session and an instance have the same colour in every list, others have others', async () => {
    const served = await serve(['--sessions-per-instance', '1']);
    for (let count = 0; count < 8; count++) await curl(served.url);
    const coloured = (lines: readonly string[]): Map<string, string> =>
      new Map(
        lines.flatMap((line) =>
          [...line.matchAll(/\x1b\[38;5;(\d+)m([\w-]+)/g)].map(
            ([, colour = '', id = '']) => [id.slice(-8), colour] as const,
          ),
        ),
      );
    const sessions = coloured(await onTerminal(served, 'session list', 100));
    const instances = coloured(await onTerminal(served, 'instance list', 100));
    expect(instances.size).toBe(8);
    for (const [id, colour] of instances) expect(sessions.get(id)).toBe(colour);
    expect(new Set(sessions.values()).size).toBeGreaterThan(3);
    expect(
      await onTerminal({ ...served, env: { ...served.env, NO_COLOR: '1' } }, 'session list', 100),
    ).toEqual(expect.not.arrayContaining([expect.stringContaining('\x1b')]));
  });
});

describe('a refusal in the words of the line', () => {
  it.each([
    [['session', 'create', '--ttl', '7h'], '--ttl must be 1 to 21600 s (1s to 6h), got "7h"'],
    [
      ['session', 'create', '--ttl', '1m', '--idle', '61s'],
      '--idle must not be greater than --ttl (60 s), got "61s"',
    ],
    [
      ['session', 'list', '--limit', '101', '-o', 'name'],
      '--limit must be an integer from 1 to 100, got "101"',
    ],
  ])('S10: the server checks the range, and the value is told as given: %j', async (words, message) => {
    const { cli } = await serve();
    const { code, stderr } = await cli(...words);
    expect({ code, stderr }).toEqual({ code: 1, stderr: `error: ${message}\n` });
  });

  it('S10: -o json keeps the words of the API', async () => {
    const { cli } = await serve();
    const { stderr } = await cli('session', 'create', '--ttl', '7h', '-o', 'json');
    expect(JSON.parse(stderr).Message).toMatch(/^sessionTTLInSeconds must be .*21600.*25200/);
  });

  it('S11: names that exist are offered', async () => {
    const { cli } = await serve(['--function', 'hello']);
    for (const words of [
      ['session', 'list', '--function', 'helo'],
      ['function', 'get', 'helo'],
      ['session', 'create', '--function', 'helo'],
    ])
      expect(await cli(...words)).toMatchObject({
        code: 4,
        stderr: "error: function 'helo' does not exist\n  served: hello\nfix: did you mean hello?\n",
      });
    const far = await cli('session', 'list', '--function', 'nope');
    expect(far.stderr).toBe("error: function 'nope' does not exist\n  served: hello\n");
    const json = await cli('session', 'list', '--function', 'nope', '--json');
    expect(JSON.parse(json.stderr).Message).toBe("function 'nope' does not exist");
  });

  it('S18: --function finds the emulator that serves it', async () => {
    const one = await serve(['--function', 'hello']);
    const env = { XDG_RUNTIME_DIR: one.env.XDG_RUNTIME_DIR };
    await serve(['--function', 'cart'], { env });
    expect((await one.cli('session', 'list')).code).toBe(2);
    expect((await one.cli('session', 'create', '--function', 'cart', '--json')).stdout).toContain(
      '"functionName": "cart"',
    );
    expect((await one.cli('function', 'get', 'hello', '-o', 'name')).stdout).toBe('hello\n');
  });

  it('S18: at the ceiling session create says what to do', async () => {
    const { cli } = await serve(['--sessions-per-instance', '1', '--max-instances', '1']);
    expect((await cli('session', 'create')).code).toBe(0);
    const { code, stderr } = await cli('session', 'create');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /\nfix: end a session with fc-affinity session delete <id>, or serve with a greater --max-instances/,
    );
  });
});
