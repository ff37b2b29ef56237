import { expect, test } from 'vitest';
import { environmentOf } from '../../src/runtime/environment.js';
import { specOf } from './local-instances.js';

const SURROUNDINGS = { nonce: 'run', hostEnvironment: {}, portShift: false };

test('every variable of the custom runtime contract is there (spec §8.3)', () => {
  const spec = specOf(['true'], { functionName: 'shop', codeDirectory: '/srv/shop' });
  expect(environmentOf(spec, { port: 20001 }, SURROUNDINGS)).toEqual({
    PATH: '/usr/local/bin:/usr/bin:/bin',
    PYTHONUNBUFFERED: '1',
    FC_SERVER_PORT: '20001',
    FC_CUSTOM_LISTEN_PORT: '20001',
    PORT: '20001',
    FC_INSTANCE_ID: spec.instanceId,
    FC_FUNCTION_NAME: 'shop',
    FC_FUNCTION_VERSION: 'LATEST',
    FC_VER_ID: 'LATEST',
    FC_QUALIFIER: 'LATEST',
    FC_FUNC_CODE_PATH: '/srv/shop',
    FC_FUNCTION_HANDLER: 'index.handler',
    FC_FUNCTION_MEMORY_SIZE: '512',
    FC_ACCOUNT_ID: '123456789',
    FC_REGION: 'cn-hangzhou',
    ALIBABA_CLOUD_ACCESS_KEY_ID: 'fc-affinity-placeholder',
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'fc-affinity-placeholder',
    ALIBABA_CLOUD_SECURITY_TOKEN: 'fc-affinity-placeholder',
    FC_AFFINITY_RUN: 'run',
    FC_AFFINITY_LISTEN_HOST: '127.0.0.1',
  });
});

test('six variables of the host are passed on, the function’s own override them, the platform’s override all', () => {
  const hostEnvironment = {
    PATH: '/host',
    HOME: '/h',
    LANG: 'C',
    TZ: 'UTC',
    TMPDIR: '/t',
    NODE_ENV: 'test',
    USER: 'me',
  };
  const spec = specOf(['true'], { environmentVariables: { NODE_ENV: 'production', PORT: '1', MINE: 'yes' } });
  const environment = environmentOf(spec, { port: 20001 }, { ...SURROUNDINGS, hostEnvironment });
  expect(environment).toMatchObject({ PATH: '/host', HOME: '/h', LANG: 'C', TZ: 'UTC', TMPDIR: '/t' });
  expect(environment).toMatchObject({ NODE_ENV: 'production', PORT: '20001', MINE: 'yes' });
  expect(environment).not.toHaveProperty('USER');
});

test('C11: credentials that the function names stand before the placeholders', () => {
  const spec = specOf(['true'], { environmentVariables: { ALIBABA_CLOUD_ACCESS_KEY_ID: 'mine' } });
  expect(environmentOf(spec, { port: 20001 }, SURROUNDINGS)).toMatchObject({
    ALIBABA_CLOUD_ACCESS_KEY_ID: 'mine',
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'fc-affinity-placeholder',
  });
});

test('S12: a function may set PYTHONUNBUFFERED itself, and the host does not', () => {
  const spec = specOf(['true'], { environmentVariables: { PYTHONUNBUFFERED: '' } });
  const hostEnvironment = { PYTHONUNBUFFERED: '0' };
  expect(environmentOf(spec, { port: 20001 }, { ...SURROUNDINGS, hostEnvironment })).toMatchObject({
    PYTHONUNBUFFERED: '',
  });
  expect(
    environmentOf(specOf(['true']), { port: 20001 }, { ...SURROUNDINGS, hostEnvironment }),
  ).toMatchObject({
    PYTHONUNBUFFERED: '1',
  });
});

test('a published version has its number', () => {
  const spec = specOf(['true']);
  const published = { ...spec, qualifier: 'prod', revision: { ...spec.revision, versionId: '7' } };
  expect(environmentOf(published, { port: 20001 }, SURROUNDINGS)).toMatchObject({
    FC_FUNCTION_VERSION: '7',
    FC_QUALIFIER: 'prod',
  });
});

test('the port that a handler may name itself is that of its runtime, or of its container; an event handler has none', () => {
  const shifted = (input: Parameters<typeof specOf>[1]) =>
    environmentOf(specOf(['true'], input), { port: 20001 }, { ...SURROUNDINGS, portShift: true });
  expect(shifted({ customRuntimeConfig: { port: 8080 } })).toMatchObject({ FC_AFFINITY_SHIFT_PORT: '8080' });
  const customContainerConfig = { image: 'shop', command: ['shop'], port: 3000 };
  expect(shifted({ runtime: 'custom-container', customContainerConfig })).toMatchObject({
    FC_AFFINITY_SHIFT_PORT: '3000',
  });
  const event = environmentOf(
    specOf([], { runtime: 'nodejs20' }),
    { port: 20001 },
    { ...SURROUNDINGS, portShift: true },
  );
  expect(event).not.toHaveProperty('FC_AFFINITY_SHIFT_PORT');
});
