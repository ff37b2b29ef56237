import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { curl } from '../support/curl.js';
import { BIN, cleanEnvironment, runCli, runShell, temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

describe('session', () => {
  it('creates, shows, changes, lists and deletes, JSON unchanged from the API', async () => {
    const { cli, url, ready } = await serve();
    const mounts = join(temporaryFolder(), 'nas.json');
    writeFileSync(mounts, JSON.stringify({ userId: 1, groupId: 2, mountPoints: [] }));

    const created = await cli('session', 'create', '--ttl', '1h', '--nas-config', `@${mounts}`, '--json');
    expect({ code: created.code, stderr: created.stderr }).toEqual({ code: 0, stderr: '' });
    const session = JSON.parse(created.stdout);
    expect(session).toMatchObject({
      functionName: 'hello',
      qualifier: 'LATEST',
      sessionAffinityType: 'GENERATED_COOKIE',
      sessionTTLInSeconds: 3600,
      sessionIdleTimeoutInSeconds: 1800,
      disableSessionIdReuse: false,
      sessionStatus: 'Active',
      nasConfig: { userId: 1, groupId: 2, mountPoints: [] },
    });
    const { sessionId } = session;
    const path = `${ready.api}/2023-03-30/functions/hello/sessions`;

    expect(JSON.parse((await cli('session', 'get', sessionId, '-o', 'json')).stdout)).toEqual(
      JSON.parse((await curl(`${path}/${sessionId}`)).body),
    );
    const listed = JSON.parse((await cli('session', 'list', '-ojson')).stdout);
    expect(listed).toEqual(JSON.parse((await curl(path)).body));
    expect(listed.sessions).toHaveLength(1);

    const updated = await cli(
      'session',
      'update',
      sessionId,
      '--idle',
      '60',
      '--disable-session-id-reuse',
      '--json',
    );
    expect(JSON.parse(updated.stdout)).toMatchObject({
      sessionIdleTimeoutInSeconds: 60,
      disableSessionIdReuse: true,
    });
    const again = await cli('session', 'update', sessionId, '--no-disable-session-id-reuse', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({
      sessionTTLInSeconds: 3600,
      disableSessionIdReuse: false,
    });

    expect((await curl('-b', `x-fc-cookie-session-id=${sessionId}`, url)).all('set-cookie')).toEqual([]);
    expect((await cli('session', 'list', '-o', 'name')).stdout).toBe(`${sessionId}\n`);
    expect((await cli('session', 'delete', sessionId, '--json')).stdout).toBe(
      `${JSON.stringify({ deleted: [sessionId] }, null, 2)}\n`,
    );
    const gone = await cli('session', 'get', sessionId, '--json');
    expect({ code: gone.code, stdout: gone.stdout }).toEqual({ code: 4, stdout: '' });
    expect(JSON.parse(gone.stderr)).toMatchObject({
      Code: 'SessionNotFound',
      RequestId: expect.stringMatching(/^1-/),
    });
  });

  it('shows tables and details for people, and yaml', async () => {
    const { cli } = await serve();
    const none = await cli('session', 'list');
    expect(none).toMatchObject({ stdout: '', stderr: 'no sessions\n', code: 0 });
    const id = (await cli('session', 'create', '-o', 'name')).stdout.trim();
    const [head, row] = (await cli('session', 'list')).stdout.split('\n');
    expect(head?.split(/ {2,}/)).toEqual(['SESSION', 'STATUS', 'INSTANCE', 'AGE', 'ENDS IN', 'IDLE']);
    expect(row).toMatch(new RegExp(`^${id} {2}Active {2}`));
    expect(row?.length).toBeLessThanOrEqual(80);
    expect((await cli('session', 'list', '-o', 'wide')).stdout).toContain('GENERATED_COOKIE');
    expect((await cli('session', 'get', id)).stdout).toMatch(/^session {3}[0-9a-f-]{36}\nstatus {4}Active\n/);
    expect((await cli('session', 'get', id, '-o', 'yaml')).stdout).toContain(`sessionId: ${id}\n`);
  });

  it('takes the beginning of a generated ID, and refuses one that fits several', async () => {
    const { cli } = await serve();
    const id = (await cli('session', 'create', '-o', 'name')).stdout.trim();
    expect((await cli('session', 'get', id.slice(0, 8), '-o', 'name')).stdout).toBe(`${id}\n`);
    expect((await cli('session', 'get', 'ffffffff')).code).toBe(4);
    expect((await cli('session', 'delete', id.slice(0, 8), '-o', 'name')).stdout).toBe(`${id}\n`);
  });

  it('never takes the beginning of an ID that a client chose', async () => {
    const { cli } = await serve(['--affinity', 'header', '--header-name', 'x-session-id']);
    expect((await cli('session', 'create', '--session-id', 'abcd-1')).code).toBe(0);
    expect((await cli('session', 'delete', 'abcd')).code).toBe(4);
    expect((await cli('session', 'list', '-o', 'name')).stdout).toBe('abcd-1\n');
    const taken = await cli('session', 'create', '--session-id', 'abcd-1', '--json');
    expect(taken.code).toBe(1);
    expect(JSON.parse(taken.stderr).Code).toBe('SessionAlreadyExists');
  });

  it('deletes several, and with --ignore-not-found passes over what is not there', async () => {
    const { cli } = await serve(['--affinity', 'header', '--header-name', 'x-session-id']);
    for (const id of ['one', 'two']) await cli('session', 'create', '--session-id', id);
    const { code, stdout } = await cli(
      'session',
      'delete',
      'one',
      'none',
      'two',
      '--ignore-not-found',
      '-o',
      'name',
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'one\ntwo\n' });
    expect((await cli('session', 'delete', 'one')).code).toBe(4);
  });

  it('says that there are more, and --all follows the pages', async () => {
    const { cli, url } = await serve();
    for (let count = 0; count < 5; count++) await curl(url);
    const page = await cli('session', 'list', '--limit', '2', '--json');
    const { sessions, nextToken } = JSON.parse(page.stdout);
    expect(sessions).toHaveLength(2);
    expect(page.stderr).toMatch(/^there are more: --all/);
    const second = await cli('session', 'list', '--limit', '2', '--next-token', nextToken, '-o', 'name');
    expect(second.stdout.trim().split('\n')).toHaveLength(2);
    const all = await cli('session', 'list', '--limit', '2', '--all', '--json');
    expect(all.stderr).toBe('');
    const whole = JSON.parse(all.stdout);
    expect(Object.keys(whole)).toEqual(['sessions']);
    expect(new Set(whole.sessions.map(({ sessionId }: { sessionId: string }) => sessionId)).size).toBe(5);
  });

  it('F-30: hands a long result over whole, however slow its reader is', async () => {
    const { url, env } = await serve();
    for (let count = 0; count < 200; count++) await fetch(url);
    const { stdout } = await runShell('$BIN session list --all --json | (sleep 1; cat)', { env });
    expect(stdout.length).toBeGreaterThan(65_536);
    expect(JSON.parse(stdout).sessions).toHaveLength(200);
  });

  it('watches: `list -w` prints again when something has changed, and Ctrl-C ends it with 130', async () => {
    const served = await serve();
    const child = spawn(process.execPath, [BIN, 'session', 'list', '-w', '--json'], {
      env: cleanEnvironment(served.env),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const exited = new Promise((resolve) => child.on('exit', resolve));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    expect(JSON.parse((await lines.next()).value).sessions).toHaveLength(0);
    await curl(served.url);
    expect(JSON.parse((await lines.next()).value).sessions).toHaveLength(1);
    child.kill('SIGINT');
    expect(await exited).toBe(130);
  });
});

describe('instance and function', () => {
  it('lists, follows the log of, and kills an instance by the end of its ID', async () => {
    const { cli, url, env } = await serve();
    await curl(url);
    const [instance] = JSON.parse((await cli('instance', 'list', '--json')).stdout).instances;
    expect(instance).toMatchObject({ status: 'Running', sessions: 1, inFlight: 0, pid: expect.any(Number) });
    const short = instance.instanceId.slice(-8);
    expect((await cli('session', 'list')).stdout).toContain(short);

    const child = spawn(process.execPath, [BIN, 'instance', 'logs', short, '-f'], {
      env: cleanEnvironment(env),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = new Promise((resolve) => child.on('exit', resolve));
    const lines = createInterface({ input: child.stdout });
    const followed = new Promise((resolve) => {
      lines.on('line', (line) => {
        if (line.includes('GET /second')) resolve(line);
      });
    });
    await curl(`${url}/second`);
    await followed;

    expect((await cli('instance', 'kill', short, '-o', 'name')).stdout).toBe(`${instance.instanceId}\n`);
    expect(await ended).toBe(0);
    expect((await cli('instance', 'kill', short)).code).toBe(4);
    expect((await cli('instance', 'list')).stderr).toBe(
      'no instances run; --all shows recently ended instances\n',
    );
  });

  it('shows functions', async () => {
    const { cli, url } = await serve();
    expect((await cli('function', 'list')).stdout).toContain(
      `hello     ${url}  cookie, 20 sessions an instance`,
    );
    expect(JSON.parse((await cli('function', 'get', 'hello', '--json')).stdout)).toMatchObject({
      functionName: 'hello',
      sessionAffinity: 'GENERATED_COOKIE',
      url,
    });
    expect((await cli('function', 'get', 'other')).code).toBe(4);
  });
});

describe('the emulator that is meant', () => {
  it('must be named when several run', async () => {
    const one = await serve();
    const two = await serve(['--function', 'other'], { env: { XDG_RUNTIME_DIR: one.env.XDG_RUNTIME_DIR } });
    const asked = await one.cli('session', 'list');
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain('2 emulators are running');
    expect(asked.stderr).toContain(`${two.ready.api}  pid ${two.pid}  other`);
    expect((await one.cli('function', 'list', '-o', 'name', '--endpoint', two.ready.api)).stdout).toBe(
      'other\n',
    );
    const env = { ...one.env, FC_AFFINITY_ENDPOINT: one.ready.api };
    expect((await runCli(['function', 'list', '-o', 'name'], { env })).stdout).toBe('hello\n');
  });

  it('is not one that was killed', async () => {
    const one = await serve();
    const two = await serve(['--function', 'other'], { env: { XDG_RUNTIME_DIR: one.env.XDG_RUNTIME_DIR } });
    one.process.kill('SIGKILL');
    await one.exited;
    expect((await two.cli('function', 'list', '-o', 'name')).stdout).toBe('other\n');
  });
});
