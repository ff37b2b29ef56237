import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/run-cli.js';
import { type Served, serve } from '../support/serve.js';

const app = (answer: string): string =>
  `require('node:http').createServer((_, r) => r.end('${answer}')).listen(process.env.FC_SERVER_PORT);`;

const notice = (served: Served, part: string) =>
  served.event(({ event, text }) => event === 'notice' && String(text).includes(part));

describe('serve --watch', () => {
  it('reloads the working folder of the command; instance list tells the revision', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'app.cjs'), app('one'));
    const served = await serve(['--watch', '--function', 'shop', '--', 'node', 'app.cjs'], {
      directory: folder,
    });
    await notice(served, `watching ${folder}`);
    const text = async () => (await fetch(served.url)).text();
    expect(await text()).toBe('one');
    writeFileSync(join(folder, 'app.cjs'), app('two'));
    await notice(served, 'shop: app.cjs changed: new sessions get the new code');
    expect(await text()).toBe('two');
    writeFileSync(join(folder, 'app.cjs'), 'oops(');
    await notice(served, 'so the code before stays in use: SyntaxError: ');
    expect(await text()).toBe('two');
    const { stdout } = await served.cli('instance', 'list', '-o', 'json');
    expect(JSON.parse(stdout).instances.map(({ revision }: { revision: number }) => revision)).toEqual([
      1, 2,
    ]);
    expect((await served.cli('instance', 'list', '-o', 'wide')).stdout).toMatch(/ REVISION +URL\n/);
    served.process.kill('SIGTERM');
    expect(await served.exited).toEqual({ code: 0, signal: null });
  });
});
