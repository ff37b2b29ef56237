import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import type vendor from '@alicloud/openapi-util';

// Required, not imported: bundlers and Node disagree on what the default of this CommonJS module is.
const { default: util } = createRequire(import.meta.url)('@alicloud/openapi-util') as typeof vendor;

interface Key {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

/**
 * Signs a call of an HTTP trigger by the vendor's published sample for Node.js.
 * @param date when; now by default
 * @returns the headers of the request
 */
export function signedByRecipe(
  url: string,
  { method = 'GET', key, date = new Date() }: { method?: string; key: Key; date?: Date },
): Record<string, string> {
  const { pathname, searchParams } = new URL(url);
  const headers = {
    'x-acs-date': date.toISOString(),
    'x-acs-security-token': key.securityToken ?? '',
  };
  const request = {
    method,
    pathname: pathname.replace('$', '%24'),
    query: Object.fromEntries(searchParams),
    headers,
    // Declared, and not used for a signature.
    protocol: 'http',
    port: 80,
    body: Readable.from([]),
  };
  const { accessKeyId, accessKeySecret } = key;
  const authorization = util.getAuthorization(request, 'ACS3-HMAC-SHA256', '', accessKeyId, accessKeySecret);
  return { ...headers, authorization };
}
