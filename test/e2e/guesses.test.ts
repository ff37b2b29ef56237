import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCli, temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

async function takenPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('S9: a forgotten "--"', () => {
  it.each([
    [['serve', 'node', 'app.js'], 'fc-affinity serve -- node app.js'],
    [['serve', '--port', '0', '-v', 'node', 'app.js'], 'fc-affinity serve --port 0 -v -- node app.js'],
    [['serve', '--ttl=1h', 'python3', '-m', 'my app'], "fc-affinity serve --ttl=1h -- python3 -m 'my app'"],
    [['serve', 'node', '--inspect', 'app.js'], 'fc-affinity serve -- node --inspect app.js'],
    [['serve', 'app.js'], 'fc-affinity serve -- node app.js'],
    [['serve', '--port', '0', 'app.py'], 'fc-affinity serve --port 0 -- python3 app.py'],
    [['serve', './start'], 'fc-affinity serve -- ./start'],
    [['verify', 'node', 'app.js'], 'fc-affinity verify -- node app.js'],
  ])('S9: %j is told the right line', async (words, fix) => {
    const { code, stderr } = await runCli(words);
    expect({ code, fix: stderr.split('\n')[1] }).toEqual({ code: 2, fix: `fix: ${fix}` });
    expect(stderr).toMatch(/^error: .*put the command of the handler after "--"\n/);
  });

  it('S9: a folder and a configuration are not taken for a command, a misspelt option not for its word', async () => {
    const directory = temporaryFolder();
    mkdirSync(join(directory, 'app'));
    expect((await runCli(['serve', 'app'], { directory })).stderr).toContain(
      'the folder "app" has no s.yaml',
    );
    expect((await runCli(['serve', 's.yaml'])).stderr).toContain('no configuration "s.yaml"');
    expect((await runCli(['serve', '--prot', '1', 'node'])).stderr).toContain('fix: did you mean --port?');
  });
});

describe('S9: busy ports', () => {
  it('S9: both are told at once, with who holds them and a line that works', async () => {
    const [port, apiPort] = [await takenPort(), await takenPort()];
    const words = [
      'serve',
      '--port',
      `${port}`,
      '--api-port',
      `${apiPort}`,
      '--ttl',
      '1h',
      '--',
      'node',
      '-e',
      '0',
    ];
    const { code, stderr } = await runCli(words);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        `error: ports ${port} and ${apiPort} are in use by pid ${process.pid} (${readFileSync('/proc/self/comm', 'utf8').trim()})\n` +
        'fix: fc-affinity serve --ttl 1h --port 0 --api-port 0 -- node -e 0\n',
    });
  });

  it('S9: another fc-affinity is told by what it serves', async () => {
    const one = await serve(['--function', 'cart']);
    const [port, apiPort] = [new URL(one.url).port, new URL(one.ready.api).port];
    const { stderr } = await one.cli('serve', '--port', port, '--api-port', apiPort);
    expect(stderr).toBe(
      `error: ports ${port} and ${apiPort} are in use by another fc-affinity, pid ${one.pid}, which serves cart\n` +
        'fix: fc-affinity serve --port 0 --api-port 0\n',
    );
  });
});

describe('S18: an unknown variable FC_AFFINITY_*', () => {
  it.each([
    ['session list --endpoint http://127.0.0.1:1'],
    ['instance logs --endpoint http://127.0.0.1:1'],
    ['clock --endpoint http://127.0.0.1:1'],
  ])('S18: is told by every command: %s', async (line) => {
    const env = {
      FC_AFFINITY_PROT: '1',
      FC_AFFINITY_TTL: '1h',
      FC_AFFINITY_SUITE: 'all',
      FC_AFFINITY_URL_CART: 'x',
    };
    const { stderr } = await runCli(line.split(' '), { env });
    expect(stderr).toMatch(
      /^note: no option reads the variable FC_AFFINITY_PROT; did you mean FC_AFFINITY_PORT\?\nerror: /,
    );
  });

  it('S18: leaves the error object of -o json alone', async () => {
    const env = { FC_AFFINITY_PROT: '1' };
    const { stderr } = await runCli(['session', 'list', '--json', '--endpoint', 'http://127.0.0.1:1'], {
      env,
    });
    expect(JSON.parse(stderr).Code).toBe('Unreachable');
  });

  it('S18: is told before the banner of serve', async () => {
    const { stderr } = await runCli(['serve', '--port', '0', '--api-port', '0', '--', 'no-such-program'], {
      env: { FC_AFFINITY_PROT: '1' },
    });
    expect(stderr).toMatch(/^note: no option reads the variable FC_AFFINITY_PROT/);
  });
});
