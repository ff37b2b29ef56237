import { randomUUID } from 'node:crypto';
import type { Signer } from '../../model/access-key.js';
import { canonicalRequests } from '../../model/acs3-canonical.js';
import { formatAuthorization, sha256, signatureOf } from '../../model/acs3-signature.js';
import { hostNow } from '../../model/clock.js';
import { HeaderLines } from '../../model/headers.js';

interface UnsignedRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly host: string;
  readonly body: string | Uint8Array;
  /** Headers that are signed too, by their name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** @returns the headers that sign the request as the vendor's clients do (ACS3-HMAC-SHA256), with those of the request */
export function signedHeaders(
  { accessKeyId, accessKeySecret, securityToken }: Signer,
  { method, target, host, body, headers }: UnsignedRequest,
): Record<string, string> {
  const lines: Record<string, string> = {
    ...headers,
    host,
    'x-acs-version': '2023-03-30',
    'x-acs-date': new Date(hostNow()).toISOString().replace(/\.\d+Z$/, 'Z'),
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-content-sha256': sha256(body),
    ...(securityToken !== undefined && {
      'x-acs-accesskey-id': accessKeyId,
      'x-acs-security-token': securityToken,
    }),
  };
  const names = Object.keys(lines).sort();
  const request = { method, target, headers: new HeaderLines(Object.entries(lines).flat()) };
  const [canonical = ''] = canonicalRequests('api', request, names);
  const signature = signatureOf(accessKeySecret, canonical);
  return { ...lines, authorization: formatAuthorization({ accessKeyId, signedHeaders: names, signature }) };
}
