import type { AccessKey, Signer } from '../../model/access-key.js';
import { UsageError } from '../errors.js';
import { secret } from './option-kinds.js';

/** Of every command that talks to a control API. */
export const SIGNING = {
  accessKeyId: secret('--access-key-id <id>', 'signs with this key; or @file'),
  accessKeySecret: secret('--access-key-secret <secret>', 'its secret; better as a variable, or @file'),
};

interface KeyValues {
  readonly accessKeyId?: string | undefined;
  readonly accessKeySecret?: string | undefined;
}

/**
 * @returns the pair that the options give
 * @throws UsageError for half a pair
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
 * @returns the keys of the options, else those of the variables that the vendor's tools read; undefined: requests are not signed
 * @throws UsageError for half a pair of options
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
