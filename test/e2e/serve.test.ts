import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { curl } from '../support/curl.js';
import { listens } from '../support/leftovers.js';
import { FIXTURES, runCli, runShell, temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

async function takenPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Bytes that move a cursor, set a title or reverse the reading order. */
const DANGEROUS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

describe('serve', () => {
  it('tells in the first line of its JSON log where it listens', async () => {
    const { ready, lines } = await serve(['--function', 'shop']);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      event: 'ready',
      readyMs: expect.any(Number),
      functions: [{ functionName: 'shop', url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) }],
      api: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      console: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
    });
    expect(await listens(ready.api)).toBe(true);
  });

  it('leaves a private file by which other commands find it', async () => {
    const served = await serve();
    const folder = join(served.env.XDG_RUNTIME_DIR ?? '', 'fc-affinity');
    const [name = '', ...more] = readdirSync(folder);
    expect(more).toEqual([]);
    expect(name).toBe(`serve-${served.pid}.json`);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(join(folder, name), 'utf8'))).toMatchObject({
      endpoint: served.ready.api,
      pid: served.pid,
      functions: ['hello'],
    });
    expect((await served.cli('function', 'list', '-o', 'name')).stdout).toBe('hello\n');
  });

  it('names the function after the folder, and gives the command what follows -- untouched', async () => {
    const { url, ready } = await serve([
      '--env',
      'GREETING=a=b',
      ...['--', process.execPath, `${FIXTURES}/tells-of-itself.js`, '--port', '1', '--', '-q'],
    ]);
    expect(ready.functions[0].functionName).toMatch(/^fc-affinity-test-/);
    const { environment, argv } = JSON.parse((await curl(url)).body);
    expect(argv).toEqual(['--port', '1', '--', '-q']);
    expect(environment).toMatchObject({ GREETING: 'a=b', FC_FUNCTION_NAME: ready.functions[0].functionName });
    expect(environment.XDG_RUNTIME_DIR).toBeUndefined();
  });

  it('takes options from the environment, and the command line wins', async () => {
    const env = { FC_AFFINITY_FUNCTION: 'named', FC_AFFINITY_TTL: '90s', FC_AFFINITY_IDLE: '10' };
    const { ready, cli } = await serve(['--ttl', '60'], { env });
    expect(ready.functions[0].functionName).toBe('named');
    const [session] = [JSON.parse((await cli('session', 'create', '--json')).stdout)];
    expect(session).toMatchObject({ sessionTTLInSeconds: 60, sessionIdleTimeoutInSeconds: 10 });
  });

  it('U19: warns of an idle time of 0, and of a variable that nothing reads', async () => {
    const served = await serve(['--idle', '0'], { env: { FC_AFFINITY_PROT: '1' } });
    await served.event(({ text }) => /^idle 0/.test(String(text)));
    const { text } = await served.event(({ text }) => /FC_AFFINITY_PROT/.test(String(text)));
    expect(text).toMatch(/did you mean FC_AFFINITY_PORT/);
  });

  it('F-07: names the process that holds the port', async () => {
    const port = await takenPort();
    const { code, stderr } = await runCli(['serve', '--port', String(port), '--api-port', '0']);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `error: port ${port} is in use by pid ${process.pid} (${readFileSync('/proc/self/comm', 'utf8').trim()})\n` +
        'fix: --port 0, or end that process\n',
    );
  });

  it('F-07: knows which of the two ports is meant', async () => {
    const port = await takenPort();
    const { code, stderr } = await runCli(['serve', '--port', '0', '--api-port', String(port)]);
    expect(code).toBe(1);
    expect(stderr).toContain('fix: --api-port 0, or end that process\n');
  });

  it('U41: tells of a misspelt command before anything is served', async () => {
    const { code, stderr } = await runCli([
      'serve',
      '--port',
      '0',
      '--api-port',
      '0',
      '--',
      'no-such-program',
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*no-such-program/);
  });

  it('F-31: answers 412 with the reason when the command ends before it listens', async () => {
    const served = await serve(['--', process.execPath, `${FIXTURES}/exits-at-start.js`]);
    const reply = await curl(served.url);
    expect(reply.status).toBe(412);
    expect(JSON.parse(reply.body)).toMatchObject({
      Code: 'CAExited',
      Message: expect.stringContaining('no database'),
    });
    const { stdout, stderr, code } = await served.cli('session', 'create', '--json');
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(JSON.parse(stderr).Code).toMatch(/CAExited|ServiceUnavailable/);
    expect(served.events).toContainEqual(expect.objectContaining({ event: 'output', text: 'no database' }));
  });

  it('F-04: answers 412 when the command does not listen within --start-timeout', async () => {
    const args = ['--start-timeout', '1', '--', process.execPath, `${FIXTURES}/never-listens.js`];
    const { url } = await serve(args);
    const reply = await curl(url);
    expect(reply.status).toBe(412);
    expect(JSON.parse(reply.body).Code).toBe('FunctionNotStarted');
  });

  it('T10: control bytes that a handler prints do not reach the terminal', async () => {
    const served = await serve(['-v', '--', process.execPath, `${FIXTURES}/prints-attacks.js`]);
    await curl(served.url);
    await served.event(({ text }) => /^bidi/.test(String(text)));
    const [instance] = JSON.parse((await served.cli('instance', 'list', '--json')).stdout).instances;
    const shown = await served.cli('instance', 'logs', instance.instanceId);
    expect(shown.stdout).toContain('clipboard');
    expect(shown.stdout).toContain('bidi');
    expect(served.lines.join('\n')).not.toMatch(DANGEROUS);
    expect(shown.stdout).not.toMatch(DANGEROUS);
    expect((await served.cli('instance', 'logs', instance.instanceId, '--json')).stdout).not.toMatch(
      DANGEROUS,
    );
  });

  it('T1: nothing but loopback is listened on', async () => {
    const { code, stderr } = await runCli(['serve', '--host', '0.0.0.0']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: --host "0.0.0.0" is not a loopback address/);
  });

  it('F-30: outlives a reader of its log who goes away', async () => {
    const folder = temporaryFolder();
    const script = `
      $BIN serve --port 0 --api-port 0 2>&1 >/dev/null | head -1 >/dev/null &
      until ls ${folder}/fc-affinity/serve-*.json >/dev/null 2>&1; do :; done
      pid=$(basename ${folder}/fc-affinity/serve-*.json .json | cut -d- -f2)
      url=$($BIN function list --json | grep -o 'http://[0-9.:]*' | head -1)
      for i in 1 2 3 4 5; do curl -s --noproxy '*' $url; done
      kill -TERM $pid; wait`;
    const { stdout } = await runShell(script, { env: { XDG_RUNTIME_DIR: folder } });
    expect(stdout).toBe('Hello, World!'.repeat(5));
  });

  it('F-30: goes on serving while its log is not read at all', async () => {
    const folder = temporaryFolder();
    const chatty = `require("node:http").createServer((request, response) => {
      console.log("x".repeat(8000));
      response.end("ok");
    }).listen(process.env.FC_SERVER_PORT)`;
    // A pipe holds 64 KiB; thirty requests print four times as much.
    const script = `
      mkfifo ${folder}/log; exec 3<>${folder}/log
      $BIN serve --port 0 --api-port 0 -- node -e '${chatty}' 2>&3 &
      until ls ${folder}/fc-affinity/serve-*.json >/dev/null 2>&1; do :; done
      url=$($BIN function list --json | grep -o 'http://[0-9.:]*' | head -1)
      for i in $(seq 30); do curl -s --max-time 5 --noproxy '*' $url; done
      kill -TERM $!; wait $!; echo " $?"`;
    const { stdout } = await runShell(script, { env: { XDG_RUNTIME_DIR: folder } });
    expect(stdout).toBe(`${'ok'.repeat(30)} 0\n`);
  });
});
