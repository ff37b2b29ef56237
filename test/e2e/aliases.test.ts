import { describe, expect, it } from 'vitest';
import { curl } from '../support/curl.js';
import { runCli } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

describe('the words that the documents and habits use', () => {
  it.each(['terminate', 'rm'])('S16: session %s ends sessions, as delete does', async (word) => {
    const { cli } = await serve();
    const id = (await cli('session', 'create', '-o', 'name')).stdout.trim();
    expect(await cli('session', word, id, '-o', 'name')).toMatchObject({ code: 0, stdout: `${id}\n` });
    expect((await cli('session', 'get', id)).code).toBe(4);
    expect((await cli('session', word, id, '--ignore-not-found')).code).toBe(0);
  });

  it('S16: ls is list for every resource, and ps is instance list', async () => {
    const { cli, url } = await serve();
    await curl(url);
    for (const group of ['session', 'instance', 'function']) {
      const listed = await cli(group, 'list', '-o', 'name');
      expect(listed.stdout).not.toBe('');
      expect(await cli(group, 'ls', '-o', 'name')).toEqual(listed);
    }
    expect(await cli('ps', '-o', 'json')).toEqual(await cli('instance', 'list', '-o', 'json'));
  });

  it('S16: help tells of them', async () => {
    const { stdout } = await runCli(['session', '--help']);
    expect(stdout).toMatch(/^ +list\|ls /m);
    expect(stdout).toMatch(/^ +delete\|rm\|terminate /m);
    expect((await runCli(['session', 'delete', '--help'])).stdout).toContain('terminate');
  });
});

describe('the bundled handler', () => {
  it('S17: prints between FC Invoke Start and FC Invoke End of its own request', async () => {
    const { cli, url } = await serve(['--sessions-per-instance', '200']);
    for (let count = 0; count < 50; count++) await curl(`${url}/${count}`);
    const [id = ''] = (await cli('instance', 'list', '-o', 'name')).stdout.split('\n');
    const { lines } = JSON.parse((await cli('instance', 'logs', id, '-o', 'json')).stdout);
    const kinds = lines.map(({ text }: { text: string }) => /^FC Invoke (Start|End)|^GET/.exec(text)?.[0]);
    expect(kinds).toEqual(Array(50).fill(['FC Invoke Start', 'GET', 'FC Invoke End']).flat());
  });
});
