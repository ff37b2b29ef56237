import { describe, expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import type { EmulatorOptions } from '../../src/emulator-options.js';
import { signatureOf } from '../../src/model/acs3-signature.js';
import { completeFunction } from '../../src/model/function-config.js';
import { inProcessDriver } from '../support/in-process-driver.js';
import { rawRequest } from '../support/raw-request.js';
import { signedByRecipe } from '../support/signed-by-recipe.js';

const config = completeFunction({ functionName: 'hello', command: ['in-process'] });

async function start(options: Partial<EmulatorOptions> = {}) {
  const driver = inProcessDriver();
  const emulator = await startEmulator({
    functions: [{ config, triggers: [{ triggerName: 'web', authType: 'function', methods: ['GET'] }] }],
    driver,
    ...options,
  });
  onTestFinished(() => emulator.stopNow());
  return { emulator, driver };
}

async function ask(url: string, headers: Record<string, string> = {}, method = 'GET') {
  const reply = await fetch(url, { method, headers });
  const text = await reply.text();
  return reply.status === 200
    ? 'served'
    : `${reply.status} ${JSON.parse(text).Code}: ${JSON.parse(text).Message}`;
}

const DATE = { 'x-acs-date': '2026-11-25T18:00:00Z' };
const SIGNED = `ACS3-HMAC-SHA256 Credential=ak,SignedHeaders=x-acs-date,Signature=${'0'.repeat(64)}`;
const NO_DATE = '400 MissingRequiredHeader: required HTTP header Date was not specified';

describe('U50: authType function without keys', () => {
  test('refuses an unsigned request as Function Compute does, and starts no instance', async () => {
    const { emulator, driver } = await start();
    expect(await ask(emulator.url)).toBe(NO_DATE);
    expect(await ask(emulator.url, DATE)).toBe("400 InvalidArgument: invalid authorization ''");
    expect(await ask(emulator.url, { ...DATE, authorization: 'Bearer abc' })).toBe(
      "400 InvalidArgument: invalid authorization 'Bearer abc'",
    );
    expect(await ask(emulator.url, { authorization: SIGNED })).toBe(NO_DATE);
    expect(driver.started).toEqual([]);
  });

  test('the header Date alone makes no signed request: the signature is over x-acs-date', async () => {
    const { emulator } = await start();
    const port = Number(new URL(emulator.url).port);
    const told = async (headers: Record<string, string>) => {
      const { text } = await rawRequest(port, { path: '/', headers });
      return JSON.parse(text).Message;
    };
    const date = 'Wed, 25 Nov 2026 18:00:00 GMT';
    expect(await told({ date })).toBe("invalid authorization ''");
    expect(await told({ date, authorization: SIGNED })).toBe('required HTTP header Date was not specified');
  });

  test('accepts any signature in the right form', async () => {
    const { emulator } = await start();
    expect(await ask(emulator.url, { ...DATE, authorization: SIGNED })).toBe('served');
  });

  test('an unsigned request to be run later is refused, too', async () => {
    const { emulator, driver } = await start();
    expect(await ask(emulator.url, { 'x-fc-invocation-type': 'Async' })).toBe(NO_DATE);
    expect(driver.started).toEqual([]);
  });

  test('an unsigned WebSocket is refused, too', async () => {
    const { emulator } = await start();
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    const { status } = await rawRequest(Number(new URL(emulator.url).port), { path: '/', headers });
    expect(status).toBe(400);
  });

  test('tells of the signature before it tells of the methods', async () => {
    const { emulator } = await start();
    expect(await ask(emulator.url, {}, 'PUT')).toBe(NO_DATE);
    expect(await ask(emulator.url, { ...DATE, authorization: SIGNED }, 'PUT')).toContain('405');
  });

  test('the documented step: edit the trigger, change to anonymous, save; without a restart', async () => {
    const { emulator } = await start();
    expect(await ask(emulator.url)).toBe(NO_DATE);
    await emulator.control.triggers.update(
      { functionName: 'hello', triggerName: 'web' },
      { triggerConfig: JSON.stringify({ authType: 'anonymous' }) },
    );
    expect(await ask(emulator.url)).toBe('served');
  });

  test('a function in short words takes triggerAuth', async () => {
    const emulator = await startEmulator({ triggerAuth: 'function' });
    onTestFinished(() => emulator.stopNow());
    expect(await ask(emulator.url)).toBe(NO_DATE);
  });
});

describe('authType function with keys', () => {
  const key = { accessKeyId: 'ak', accessKeySecret: 'sk' };
  const MISMATCH =
    '403 SignatureNotMatch: The request signature we calculated does not match the signature you provided. Check your access key and signing method';

  test.each([
    ['a path', '/a/b'],
    ['no path', ''],
    ['a query', '/a?x=1&b=two words&empty='],
    ['a plus sign and a star', '/a+b*c?d=e%2Bf*g'],
    ['a dollar sign', '/a$b?c=$d'],
    ['a tilde and parentheses', "/~a?b=(c)!'~"],
    ['other scripts', '/%E4%BD%A0?x=%E5%A5%BD'],
    ['a repeated key, of which Node signs the last value', '/a?k=first&k=last'],
  ])("a call that the vendor's recipe has signed passes: %s", async (_, path) => {
    const { emulator } = await start(key);
    const url = `${emulator.url}${path}`;
    expect(await ask(url, signedByRecipe(url, { key }))).toBe('served');
  });

  test('the recipe with a token passes, and a POST whose body is not signed', async () => {
    const { emulator } = await start({
      ...key,
      functions: [{ config, triggers: [{ triggerName: 'web', authType: 'function' }] }],
    });
    const headers = signedByRecipe(emulator.url, { method: 'POST', key: { ...key, securityToken: 'sts' } });
    const reply = await fetch(emulator.url, { method: 'POST', headers, body: 'any' });
    expect(reply.status).toBe(200);
  });

  test.each([
    ['whole seconds, as Python and Go write them', '2026-11-25T18:00:00Z'],
    ['milliseconds, as Node writes them', '2026-11-25T18:00:00.123Z'],
    ['nanoseconds, as Java writes them', '2026-11-25T18:00:00.123456789Z'],
  ])('the date may have %s', async (_, date) => {
    const { emulator } = await start(key);
    const headers = { 'x-acs-date': dateNow(date) };
    const canonical = `GET\n/\n\nx-acs-date:${headers['x-acs-date']}\n\nx-acs-date\n`;
    const signature = signatureOf(key.accessKeySecret, canonical);
    const authorization = `ACS3-HMAC-SHA256 Credential=ak,SignedHeaders=x-acs-date,Signature=${signature}`;
    expect(await ask(emulator.url, { ...headers, authorization })).toBe('served');
  });

  test('one byte changed in anything that is signed fails, and starts no instance', async () => {
    const { emulator, driver } = await start({
      ...key,
      functions: [{ config, triggers: [{ triggerName: 'web', authType: 'function' }] }],
    });
    const url = `${emulator.url}/path?query=1`;
    const headers = signedByRecipe(url, { key: { ...key, securityToken: 'token' } });
    const { authorization = '', 'x-acs-date': date = '' } = headers;
    const last = authorization.at(-1) === '0' ? '1' : '0';
    const changed: [string, Record<string, string>, string?][] = [
      [url.replace('path', 'patH'), headers],
      [url.replace('query=1', 'query=2'), headers],
      [url.replace('query=1', 'Query=1'), headers],
      [`${url}&more`, headers],
      [url, headers, 'POST'],
      [url, { ...headers, 'x-acs-security-token': 'tokem' }],
      [
        url,
        { ...headers, 'x-acs-date': date.replace(/\d(?=Z$)/, (digit) => String((Number(digit) + 1) % 10)) },
      ],
      [url, { ...headers, authorization: authorization.slice(0, -1) + last }],
      [url, { ...headers, authorization: authorization.replace(';x-acs-security-token', '') }],
    ];
    for (const [target, lines, method] of changed) expect(await ask(target, lines, method)).toBe(MISMATCH);
    expect(driver.started).toEqual([]);
    expect(await ask(url, headers)).toBe('served');
  });

  test('a signature that does not cover its date is refused: it could be sent again for ever', async () => {
    const { emulator } = await start(key);
    const signature = signatureOf(key.accessKeySecret, 'GET\n/\n\nhost:h\n\nhost\n');
    const authorization = `ACS3-HMAC-SHA256 Credential=ak,SignedHeaders=host,Signature=${signature}`;
    expect(await ask(emulator.url, { 'x-acs-date': dateNow('Z'), authorization })).toBe(
      '403 SignatureNotMatch: x-acs-date must be one of the signed headers',
    );
  });

  test.each([-16, 16])(
    'a date that is off by %i minutes is refused in the words of the page',
    async (minutes) => {
      const { emulator } = await start(key);
      const date = new Date(Date.now() + minutes * 60_000);
      const said = await ask(emulator.url, signedByRecipe(emulator.url, { key, date }));
      expect(said).toContain('403 SignatureNotMatch: the difference between the request time');
      expect(said).toContain(`'${date.toUTCString()}' and the current time '`);
      expect(said).toMatch(/' is too large$/);
    },
  );

  test('another key is named', async () => {
    const { emulator } = await start(key);
    const headers = signedByRecipe(emulator.url, { key: { ...key, accessKeyId: 'other' } });
    expect(await ask(emulator.url, headers)).toBe("403 InvalidAccessKeyID: invalid access key ID 'other'");
  });

  test('an anonymous trigger asks for nothing, with keys too', async () => {
    const { emulator } = await start({ ...key, functions: [{ config }] });
    expect(await ask(emulator.url)).toBe('served');
  });
});

/** @returns the time now in the form of `sample` */
function dateNow(sample: string): string {
  const fraction = /\.\d+/.exec(sample)?.[0] ?? '';
  return `${new Date().toISOString().slice(0, 19)}${fraction}Z`;
}
