import { afterEach, describe, expect, it } from 'vitest';
import { FcError } from '../../src/model/errors.js';
import type { ControlPlane, ServedFunction } from '../../src/model/services.js';
import { findServedFunction, parseInstanceFrom, parseTargetUrl } from '../../src/verify/target.js';
import { fixedFunctions } from '../support/fixed-functions.js';
import { type AffinityServer, startAffinityServer } from './affinity-server.js';

const running: AffinityServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

describe('--instance-from', () => {
  it('is a header or an expression for the body', () => {
    expect(parseInstanceFrom('header:X-Served-By')).toEqual({ header: 'X-Served-By' });
    expect(parseInstanceFrom('body:"id":"(.*?)"')).toEqual({ body: /"id":"(.*?)"/ });
  });

  it.each(['X-Instance', 'header:', 'header:a b', 'body:', 'body:(', 'cookie:a', ''])(
    'refuses "%s"',
    (text) => {
      expect(() => parseInstanceFrom(text)).toThrow(FcError);
    },
  );
});

describe('a target', () => {
  it.each(['127.0.0.1:9000', 'localhost', 'ftp://a/', 'file:///etc/passwd', ''])('is not "%s"', (text) => {
    expect(() => parseTargetUrl(text)).toThrow('begins with http:// or https://');
  });

  it('is the named function, else the function with the URL, else the first function with affinity', async () => {
    const server = await startAffinityServer();
    running.push(server);
    const [hello] = await server.control.functions.list();
    if (hello === undefined) throw new Error('no function');
    const named = (functionName: string, more: Partial<ServedFunction['config']>, url?: string) => ({
      ...hello,
      config: { ...hello.config, functionName, ...more },
      url,
    });
    const served = [
      named('plain', { sessionAffinity: 'NONE' }, 'http://127.0.0.1:1'),
      named('first', {}, 'http://127.0.0.1:2'),
      named('second', {}, 'http://127.0.0.1:3'),
    ];
    const control: ControlPlane = {
      ...server.control,
      functions: fixedFunctions({
        list: async () => served,
        get: async ({ functionName }) =>
          served.find(({ config }) => config.functionName === functionName) ?? hello,
      }),
    };
    const chosen = async (url: string, functionName?: string) =>
      (await findServedFunction(control, { url, functionName })).config.functionName;
    expect(await chosen('http://127.0.0.1:3/path?query')).toBe('second');
    expect(await chosen('http://127.0.0.1:1/')).toBe('plain');
    expect(await chosen('http://elsewhere:8080/')).toBe('first');
    expect(await chosen('http://127.0.0.1:3/', 'first')).toBe('first');
  });
});
