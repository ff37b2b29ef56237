import type { AccessKey, Signer } from '../../model/access-key.js';
import { UsageError } from '../errors.js';
import { secret } from './option-kinds.js';

/** The options of every command that calls a control API. */
export const SIGNING = {
  accessKeyId: secret('--access-key-id <id>', 'sign requests with this key; or @file'),
  accessKeySecret: secret(
    '--access-key-secret <secret>',
    'the secret of the key; better as a variable, or @file',
  ),
};

interface KeyValues {
  readonly accessKeyId?: string | undefined;
  readonly accessKeySecret?: string | undefined;
}

/**
 * @returns the key pair in the options
 * @throws UsageError for an ID without a secret, or a secret without an ID
 */
export function accessKeyOf({ accessKeyId, accessKeySecret }: KeyValues): AccessKey | undefined {
  if (accessKeyId === undefined && accessKeySecret === undefined) return undefined;
  if (accessKeyId !== undefined && accessKeySecret !== undefined) return { accessKeyId, accessKeySecret };
  const [given, needed] = accessKeyId === undefined ? ['secret', 'ID'] : ['ID', 'secret'];
  throw new UsageError(`an access key ${given} is given without the ${needed}`, {
    fix:
      accessKeyId === undefined
        ? 'add --access-key-id'
        : 'add --access-key-secret @file, or set FC_AFFINITY_ACCESS_KEY_SECRET',
  });
}

/**
 * @returns the keys of the options, or else of the variables of the vendor's tools; undefined when requests are not signed
 * @throws UsageError for an ID without a secret, or a secret without an ID
 */
export function signerOf(
  values: KeyValues,
  env: Readonly<Record<string, string | undefined>>,
): Signer | undefined {
  const key = accessKeyOf(values);
  if (key !== undefined) return key;
  const {
    ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
    ALIBABA_CLOUD_SECURITY_TOKEN: securityToken,
  } = env;
  if (!accessKeyId || !accessKeySecret) return undefined;
  return { accessKeyId, accessKeySecret, ...(securityToken && { securityToken }) };
}
