import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FunctionFlags, functionFromFlags } from '../../src/config/function-from-flags.js';
import { functionNameOf } from '../../src/config/function-name.js';
import { handlerEnvironment } from '../../src/config/handler-environment.js';
import { checkFunctionName } from '../../src/model/limits.js';

const SAID: FunctionFlags = {
  function: undefined,
  affinity: 'GENERATED_COOKIE',
  headerName: undefined,
  ssePath: undefined,
  sessionsPerInstance: undefined,
  ttl: undefined,
  idle: undefined,
  disableSessionIdReuse: false,
  isolation: 'SHARE',
  timeout: 60,
  startTimeout: 120,
  drainTimeout: 10,
  maxInstances: 20,
  minInstances: 0,
  instanceConcurrency: undefined,
  maxSessionTtl: 21600,
};

describe('functionFromFlags', () => {
  it('has the documented defaults', () => {
    const config = functionFromFlags({
      flags: SAID,
      command: ['node', 'app.js'],
      directory: '/srv/my shop',
      environmentVariables: { A: '1' },
    });
    expect(config).toMatchObject({
      functionName: 'my-shop',
      codeDirectory: '/srv/my shop',
      customRuntimeConfig: { command: ['node', 'app.js'], args: [] },
      sessionAffinity: 'GENERATED_COOKIE',
      sessionAffinityConfig: {
        sessionConcurrencyPerInstance: 20,
        sessionTTLInSeconds: 21600,
        sessionIdleTimeoutInSeconds: 1800,
        disableSessionIdReuse: false,
      },
      timeout: 60,
      environmentVariables: { A: '1' },
    });
  });

  it('U2: cuts a default idle time to the TTL', () => {
    const flags = { ...SAID, ttl: 60 };
    const config = functionFromFlags({ flags, command: ['x'], directory: '/x', environmentVariables: {} });
    expect(config.sessionAffinityConfig.sessionIdleTimeoutInSeconds).toBe(60);
  });

  it('serves the fixture of the package when no command is named', () => {
    const config = functionFromFlags({
      flags: SAID,
      command: undefined,
      directory: '/srv/shop',
      environmentVariables: {},
    });
    expect(config.functionName).toBe('hello');
    const [program, file = ''] = config.customRuntimeConfig.command;
    expect(program).toBe(process.execPath);
    expect(existsSync(join(config.codeDirectory, file))).toBe(true);
  });
});

describe('functionNameOf', () => {
  it.each([
    ['/srv/shop', 'shop'],
    ['/srv/my shop (2)', 'my-shop-2'],
    ['/srv/1st', '_1st'],
    ['/srv/-x-', 'x'],
    ['/srv/店', 'function'],
    ['/', 'function'],
    [`/srv/${'x'.repeat(100)}`, 'x'.repeat(63)],
  ])('turns the folder %s into %s', (folder, name) => {
    expect(functionNameOf(folder)).toBe(name);
    expect(() => checkFunctionName(name)).not.toThrow();
  });
});

describe('handlerEnvironment', () => {
  it('prefers a pair to a file to what is handed over', () => {
    const host = { A: 'host', B: 'host', SECRET: 'not asked for' };
    expect(handlerEnvironment({ pairs: ['A=pair=1'], files: [], pass: ['A', 'B'], host })).toEqual({
      A: 'pair=1',
      B: 'host',
    });
  });
});
