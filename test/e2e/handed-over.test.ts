import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { curl } from '../support/curl.js';
import { FIXTURES, runCli, temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

const HANDLER = ['--', process.execPath, `${FIXTURES}/tells-of-itself.js`];

async function environmentWith(args: readonly string[], env: Record<string, string> = {}) {
  const { url } = await serve([...args, ...HANDLER], { env });
  return JSON.parse((await curl(url)).body).environment;
}

describe('the credentials of a handler', () => {
  it('C11: are placeholders, whatever this shell has', async () => {
    const environment = await environmentWith([], { ALIBABA_CLOUD_ACCESS_KEY_ID: 'real' });
    expect(environment.ALIBABA_CLOUD_ACCESS_KEY_ID).toBe('fc-affinity-placeholder');
  });

  it('C11: are handed over where --env, --env-file or --env-pass names them', async () => {
    const file = join(temporaryFolder(), 'dev.env');
    writeFileSync(file, 'ALIBABA_CLOUD_ACCESS_KEY_SECRET=from the file\n');
    const args = ['--env', 'ALIBABA_CLOUD_SECURITY_TOKEN=from the line', '--env-file', file];
    const environment = await environmentWith([...args, '--env-pass', 'ALIBABA_CLOUD_ACCESS_KEY_ID'], {
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'from the shell',
    });
    expect(environment).toMatchObject({
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'from the shell',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'from the file',
      ALIBABA_CLOUD_SECURITY_TOKEN: 'from the line',
    });
  });

  it.each([
    ['--env', 'FC_INSTANCE_ID=x'],
    ['--env-pass', 'FC_REGION'],
  ])('C11: what Function Compute reserves is refused: %s %s', async (...args) => {
    const { code, stderr } = await runCli(['serve', ...args], { env: { FC_REGION: 'x' } });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^error: The environment variable name 'FC_\w+' is reserved\n/),
    });
  });
});
