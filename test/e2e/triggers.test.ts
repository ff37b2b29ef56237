import { describe, expect, it } from 'vitest';
import { curl } from '../support/curl.js';
import { runCli } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

const codeOf = (body: string): unknown => JSON.parse(body).Code;

describe('the trigger commands', () => {
  it('edit the trigger, change to anonymous, save: the refused request is served, without a restart', async () => {
    const { cli, url } = await serve(['--trigger-auth', 'function']);
    const refused = await curl(url);
    expect(refused.status).toBe(400);
    expect(JSON.parse(refused.body)).toMatchObject({
      Code: 'MissingRequiredHeader',
      Message: 'required HTTP header Date was not specified',
    });
    const updated = await cli('trigger', 'update', 'hello', 'defaultTrigger', '--auth', 'anonymous');
    expect(updated).toMatchObject({ code: 0, stderr: '' });
    expect(updated.stdout).toMatch(/^auth +anonymous$/m);
    expect((await curl(url)).status).toBe(200);
  });

  it('create answers with the address; list, get and delete agree with it', async () => {
    const { cli, url } = await serve();
    expect((await cli('trigger', 'rm', 'hello', 'defaultTrigger')).stdout).toBe('deleted defaultTrigger\n');
    await expect(curl(url)).rejects.toThrow('Failed to connect');
    const options = [
      '--auth',
      'anonymous',
      '--methods',
      'get,POST',
      '--description',
      'the web',
      '-o',
      'json',
    ];
    const created = JSON.parse((await cli('trigger', 'create', 'hello', 'web', ...options)).stdout);
    expect(JSON.parse(created.triggerConfig)).toEqual({ authType: 'anonymous', methods: ['GET', 'POST'] });
    expect(created).toMatchObject({ triggerName: 'web', qualifier: 'LATEST', description: 'the web' });
    const address = created.httpTrigger.urlInternet;
    expect((await curl(address)).status).toBe(200);
    expect((await curl(address, '-X', 'PUT')).status).toBe(405);
    expect(JSON.parse((await cli('trigger', 'get', 'hello', 'web', '-o', 'json')).stdout)).toEqual(created);
    for (const words of [['list'], ['ls', 'hello']]) {
      const { stdout } = await cli('trigger', ...words, '-o', 'json');
      expect(JSON.parse(stdout)).toEqual({ triggers: [created] });
    }
    expect((await cli('trigger', 'list', '-o', 'name')).stdout).toBe('web\n');
    expect((await cli('trigger', 'list')).stdout).toMatch(/^hello +web +LATEST +http\S+ +anonymous$/m);
  });

  it('an update keeps what it does not name', async () => {
    const { cli, url } = await serve();
    const update = (...options: string[]) => cli('trigger', 'update', 'hello', 'defaultTrigger', ...options);
    await update('--methods', 'GET');
    await update('--no-internet');
    const { body } = await curl(url);
    expect(codeOf(body)).toBe('AccessDenied');
    const json = JSON.parse((await update('--internet', '-o', 'json')).stdout);
    expect(JSON.parse(json.triggerConfig)).toEqual({
      authType: 'anonymous',
      methods: ['GET'],
      disableURLInternet: false,
    });
    expect((await curl(url)).status).toBe(200);
  });

  it('an unknown trigger is exit 4, a refused one 1, a wrong word 2', async () => {
    const { cli } = await serve();
    const missing = await cli('trigger', 'get', 'hello', 'none');
    expect(missing).toMatchObject({
      code: 4,
      stderr: "error: trigger 'none' does not exist\nfix: fc-affinity trigger list shows the triggers\n",
    });
    expect((await cli('trigger', 'delete', 'hello', 'none', '--ignore-not-found')).code).toBe(0);
    const second = await cli('trigger', 'create', 'hello', 'web', '-o', 'json');
    expect(second.code).toBe(1);
    expect(codeOf(second.stderr)).toBe('TriggerAlreadyExists');
    expect((await cli('trigger', 'create', 'hello', 'web', '--auth', 'jwt')).code).toBe(2);
    expect((await cli('trigger', 'update', 'hello', 'defaultTrigger')).code).toBe(2);
    expect((await runCli(['serve', '--trigger-auth', 'jwt'])).code).toBe(2);
  });
});

describe('serve --https', () => {
  it('answers TLS at the same port, with a self-signed certificate', async () => {
    const { url } = await serve(['--https']);
    const secure = url.replace('http:', 'https:');
    await expect(curl(secure)).rejects.toThrow(/self.signed/);
    const { status, all } = await curl('--insecure', secure);
    expect(status).toBe(200);
    expect(all('set-cookie')).toHaveLength(1);
    expect((await curl(url)).status).toBe(200);
  });
});

it('each function answers at <function>.localhost, where a browser keeps its cookie apart', async () => {
  const { url } = await serve(['--function', 'My_Cart']);
  const { port } = new URL(url);
  const { status, all } = await curl(`http://my_cart.localhost:${port}/`);
  expect(status).toBe(200);
  expect(all('set-cookie')).toHaveLength(1);
  expect((await curl(`http://other.localhost:${port}/`)).status).toBe(403);
});
