import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/run-cli.js';
import { type Served, serve } from '../support/serve.js';

const APP = "require('node:http').createServer((_, r) => r.end('hi')).listen(process.env.FC_SERVER_PORT);";

interface Instance {
  readonly instanceId: string;
  readonly pid: number;
  readonly inspector?: string;
}

async function readyInstance(served: Served, at = 0): Promise<Instance> {
  const seen: unknown[] = [];
  const { instance } = await served.event((event) => {
    if (event.event === 'instance.ready' && !seen.includes(event)) seen.push(event);
    return seen.length > at;
  });
  return instance as Instance;
}

/** What the process behind an inspector says of itself. */
async function inspected(address = 'none'): Promise<{ title: string; webSocketDebuggerUrl: string }> {
  const targets = (await (await fetch(`http://${address}/json/list`)).json()) as never[];
  const [first] = targets;
  if (first === undefined) throw new Error('nothing to inspect');
  return first;
}

describe('serve --inspect', () => {
  it('gives each Node.js instance an inspector port of its own, which stands on its line and in instance list', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'app.cjs'), APP);
    const served = await serve(['--inspect', '--sessions-per-instance', '1', '--', 'node', 'app.cjs'], {
      directory: folder,
    });
    await fetch(served.url);
    const first = await readyInstance(served);
    await fetch(served.url);
    const { stdout } = await served.cli('instance', 'list', '-o', 'json');
    const instances: Instance[] = JSON.parse(stdout).instances;
    expect(instances).toHaveLength(2);
    expect(instances[0]).toMatchObject({ instanceId: first.instanceId, inspector: first.inspector });
    expect(new Set(instances.map(({ inspector }) => inspector)).size).toBe(2);
    for (const { inspector } of instances) {
      expect(inspector).toMatch(/^127\.0\.0\.1:(9[23]\d\d)$/);
      expect((await inspected(inspector)).title).toContain('app.cjs');
    }
    expect((await served.cli('instance', 'list', '-o', 'wide')).stdout).toContain(` ${first.inspector}`);
  });

  it('opens it in the handler, not in the package manager that starts it', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'app'));
    writeFileSync(join(folder, 'app/server.cjs'), APP);
    writeFileSync(
      join(folder, 'app/package.json'),
      JSON.stringify({ name: 'app', scripts: { start: 'node server.cjs' } }),
    );
    const served = await serve(['--inspect', '--', 'npm', 'start', '--silent'], {
      directory: join(folder, 'app'),
    });
    await fetch(served.url);
    const { inspector } = await readyInstance(served);
    expect((await inspected(inspector)).title).toContain('server.cjs');
  });

  it('says nothing of handlers that are not Node.js', async () => {
    const served = await serve([
      '--inspect',
      '--',
      'sh',
      '-c',
      'exec python3 -m http.server "$FC_SERVER_PORT"',
    ]);
    await fetch(served.url);
    expect(await readyInstance(served)).not.toHaveProperty('inspector');
  });
});
