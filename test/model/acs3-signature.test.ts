import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Acs3Form, canonicalRequests, type SignableRequest } from '../../src/model/acs3-canonical.js';
import {
  type Acs3Authorization,
  checkSignature,
  formatAuthorization,
  parseAuthorization,
  sha256,
  signatureOf,
} from '../../src/model/acs3-signature.js';
import { FcError } from '../../src/model/errors.js';
import { HeaderLines } from '../../src/model/headers.js';

interface Vendor {
  getAuthorization(
    request: {
      method: string;
      pathname: string;
      query: Record<string, string>;
      headers: Record<string, string>;
    },
    algorithm: string,
    payload: string,
    accessKeyId: string,
    secret: string,
  ): string;
}
// Resolved from the SDK, whose own copies these are.
const fromSdk = createRequire(createRequire(import.meta.url).resolve('@alicloud/fc20230330'));
const core = (fromSdk('@alicloud/openapi-core') as { $OpenApiUtil: { default?: Vendor } & Vendor })
  .$OpenApiUtil;
const apiVendor: Vendor = core.default ?? core;
const fromCore = createRequire(fromSdk.resolve('@alicloud/openapi-core'));
const fromGateway = createRequire(fromCore.resolve('@alicloud/gateway-pop'));
const triggerVendor = (fromGateway('@alicloud/openapi-util') as { default: Vendor }).default;

const SECRET = 'YourAccessKeySecret';
const NOW = Date.parse('2026-11-25T18:00:00Z');

/** What the check says: the code of the refusal, or nothing. */
function refusal(
  authorization: Acs3Authorization | undefined,
  form: Acs3Form,
  request: SignableRequest,
  { now = NOW, secret = SECRET }: { now?: number; secret?: string } = {},
): string | undefined {
  if (authorization === undefined) return 'not parsed';
  const key = { accessKeyId: authorization.accessKeyId, accessKeySecret: secret };
  try {
    checkSignature(authorization, { form, request, key, now });
    return undefined;
  } catch (error) {
    if (!(error instanceof FcError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

const MISMATCH =
  'SignatureNotMatch: The request signature we calculated does not match the signature you provided. Check your access key and signing method';
const OFFICIAL = {
  method: 'POST',
  target: '/?RegionId=cn-shanghai&ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd',
  headers: new HeaderLines([
    'Host',
    'ecs.cn-shanghai.aliyuncs.com',
    'x-acs-action',
    'RunInstances',
    'x-acs-version',
    '2014-05-26',
    'x-acs-date',
    '2023-10-26T10:22:32Z',
    'x-acs-signature-nonce',
    '3156853299f313e23d1673dc12e1703d',
    'x-acs-content-sha256',
    sha256(''),
  ]),
};
const OFFICIAL_NAMES = [
  'host',
  'x-acs-action',
  'x-acs-content-sha256',
  'x-acs-date',
  'x-acs-signature-nonce',
  'x-acs-version',
];

describe('ACS3-HMAC-SHA256', () => {
  test("the vendor's published example has the published hash and signature", () => {
    const [canonical = '', ...others] = canonicalRequests('api', OFFICIAL, OFFICIAL_NAMES);
    expect(others).toEqual([]);
    expect(sha256(canonical)).toBe('7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259');
    const signature = '06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0';
    expect(signatureOf(SECRET, canonical)).toBe(signature);
    const authorization = { accessKeyId: 'YourAccessKeyId', signedHeaders: OFFICIAL_NAMES, signature };
    const now = Date.parse('2023-10-26T10:22:32Z');
    expect(refusal(authorization, 'api', OFFICIAL, { now })).toBeUndefined();
    expect(refusal(authorization, 'api', OFFICIAL, { now, secret: 'another' })).toBe(MISMATCH);
    const key = { accessKeyId: 'another', accessKeySecret: SECRET };
    expect(() => checkSignature(authorization, { form: 'api', request: OFFICIAL, key, now })).toThrow(
      expect.objectContaining({
        code: 'InvalidAccessKeyID',
        message: "invalid access key ID 'YourAccessKeyId'",
      }),
    );
  });

  test.each([
    ['Basic YTpi'],
    [''],
    ['ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=0'],
    [`ACS3-HMAC-SHA256 Credential=,SignedHeaders=host,Signature=${'0'.repeat(64)}`],
    [`ACS3-HMAC-SHA256 Credential=a,SignedHeaders=,Signature=${'0'.repeat(64)}`],
    [`ACS3-HMAC-SHA256 Credential=a,SignedHeaders=Host,Signature=${'0'.repeat(64)}`],
    [`ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=${'A'.repeat(64)}`],
    [`ACS3-HMAC-SM3 Credential=a,SignedHeaders=host,Signature=${'0'.repeat(64)}`],
  ])('%j is no signature', (header) => {
    expect(parseAuthorization(header)).toBeUndefined();
  });

  test('an Authorization header is read as it was written', () => {
    const authorization = {
      accessKeyId: 'LTAI5t',
      signedHeaders: ['host', 'x-acs-date'],
      signature: 'a'.repeat(64),
    };
    expect(parseAuthorization(formatAuthorization(authorization))).toEqual(authorization);
  });

  test('the parser of the header takes linear time (T15)', () => {
    for (const unit of [' ', 'Credential=', 'a,', 'SignedHeaders=;']) {
      expect(parseAuthorization(`ACS3-HMAC-SHA256 ${unit.repeat(2_000)}`)).toBeUndefined();
    }
  });

  const dated = (date: string) => {
    const request = { method: 'GET', target: '/', headers: new HeaderLines(['x-acs-date', date]) };
    const [canonical = ''] = canonicalRequests('trigger', request, ['x-acs-date']);
    const authorization = {
      accessKeyId: 'ak',
      signedHeaders: ['x-acs-date'],
      signature: signatureOf(SECRET, canonical),
    };
    return refusal(authorization, 'trigger', request);
  };

  test.each([
    '2026-11-25T18:00:00Z',
    '2026-11-25T18:15:00Z',
    '2026-11-25T17:45:00Z',
    '2026-11-25T17:45:00.001Z',
    '2026-11-25T18:15:00.000999999Z',
  ])('a signature of %s is accepted at 18:00:00, fifteen minutes before and after included', (date) => {
    expect(dated(date)).toBeUndefined();
  });

  test.each(['2026-11-25T17:44:59Z', '2026-11-25T17:44:59.999Z', '2026-11-25T18:15:00.001Z'])(
    'a signature of %s is refused at 18:00:00 with both times',
    (date) => {
      expect(dated(date)).toBe(
        `SignatureNotMatch: the difference between the request time '${new Date(date).toUTCString()}' and the current time 'Wed, 25 Nov 2026 18:00:00 GMT' is too large`,
      );
    },
  );

  test.each([
    '',
    'Wed, 25 Nov 2026 18:00:00 GMT',
    '2026-11-25',
    '2026-13-25T18:00:00Z',
    '2026-11-25T18:00:00+01:00',
  ])('%j is no date of a signature', (date) => {
    expect(dated(date)).toBe(
      `SignatureNotMatch: x-acs-date must be a time as 2026-11-25T18:00:00Z, got ${JSON.stringify(date)}`,
    );
  });

  test('no two queries of the API have one canonical form', () => {
    const of = (query: string) =>
      canonicalRequests('api', { ...OFFICIAL, target: `/?${query}` }, OFFICIAL_NAMES)[0];
    expect(of('a%3D1%26b=2')).not.toBe(of('a=1&b=2'));
    expect(of('a%0Ab=2')).not.toBe(of('a=&b=2'));
    expect(of('a=1&a=2')).not.toBe(of('a=1'));
    expect(of('a%253D=1')).not.toBe(of('a%3D=1'));
  });
});

const TEXT = fc.string({ unit: 'grapheme', maxLength: 12 });
const PART = TEXT.filter((text) => text.length > 0 && text !== '.' && text !== '..');
const KEY = fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{0,8}$/);

/** Sends the path and query as Node's URL does. */
function onTheWire(path: string, query: Readonly<Record<string, string>>): string {
  const url = new URL(`http://127.0.0.1${path}?${new URLSearchParams(query)}`);
  return url.pathname + url.search;
}

describe("what the vendor's code signs is verified", () => {
  test('for the API, with openapi-core', () => {
    fc.assert(
      fc.property(PART, fc.dictionary(KEY, TEXT, { maxKeys: 4 }), (part, query) => {
        const pathname = `/2023-03-30/functions/${encodeURIComponent(part)}/sessions`;
        const headers = {
          host: '127.0.0.1:9001',
          'x-acs-date': '2026-11-25T18:00:00Z',
          'x-acs-content-sha256': sha256(part),
          'x-acs-signature-nonce': 'n',
          'content-type': 'application/json; charset=utf-8',
        };
        const header = apiVendor.getAuthorization(
          { method: 'POST', pathname, query: { ...query }, headers },
          'ACS3-HMAC-SHA256',
          sha256(part),
          'ak',
          SECRET,
        );
        const authorization = parseAuthorization(header);
        const request = {
          method: 'POST',
          target: onTheWire(pathname, query),
          headers: new HeaderLines(Object.entries(headers).flat()),
        };
        expect(refusal(authorization, 'api', request)).toBeUndefined();
      }),
    );
  });

  test('for a trigger, with openapi-util: an empty payload line, an empty token, repeated keys by their last value', () => {
    fc.assert(
      fc.property(PART, fc.dictionary(KEY, TEXT, { maxKeys: 4 }), fc.boolean(), (part, query, repeated) => {
        const pathname = new URL(`http://h/${encodeURIComponent(part)}/$x+y*z`).pathname.replaceAll(
          '$',
          '%24',
        );
        const headers = { 'x-acs-date': '2026-11-25T18:00:00.123Z', 'x-acs-security-token': '' };
        const header = triggerVendor.getAuthorization(
          { method: 'GET', pathname, query: { ...query }, headers },
          'ACS3-HMAC-SHA256',
          '',
          'ak',
          SECRET,
        );
        const authorization = parseAuthorization(header);
        const [key] = Object.keys(query);
        const target = onTheWire(pathname, query);
        const request = {
          method: 'GET',
          target: repeated && key !== undefined ? target.replace('?', `?${key}=earlier&`) : target,
          headers: new HeaderLines(Object.entries(headers).flat()),
        };
        expect(refusal(authorization, 'trigger', request)).toBeUndefined();
        const hashed = new HeaderLines([...request.headers.flat, 'x-acs-content-sha256', sha256('')]);
        expect(refusal(authorization, 'api', { ...request, headers: hashed })).toBe(MISMATCH);
      }),
    );
  });

  test('for a trigger, the first value of a repeated key verifies too, as the samples in Python and Go sign it', () => {
    const headers = new HeaderLines(['x-acs-date', '2026-11-25T18:00:00Z']);
    const signed = { method: 'GET', target: '/a?k=first', headers };
    const [canonical = ''] = canonicalRequests('trigger', signed, ['x-acs-date']);
    const authorization = {
      accessKeyId: 'ak',
      signedHeaders: ['x-acs-date'],
      signature: signatureOf(SECRET, canonical),
    };
    const sent = { ...signed, target: '/a?k=first&k=last' };
    expect(refusal(authorization, 'trigger', sent)).toBeUndefined();
    expect(refusal(authorization, 'trigger', { ...sent, target: '/a?k=other&k=last' })).toBe(MISMATCH);
  });
});
