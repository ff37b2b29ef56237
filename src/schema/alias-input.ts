import { z } from 'zod';
import { FcError } from '../model/errors.js';
import type { CreateAliasInput, UpdateAliasInput } from '../model/services.js';
import { checkBody } from './check.js';
import { object, optional, string } from './fields.js';

/** The rule of Function Compute 2.0, the last that is published. */
const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,127}$/;
const NAME_RULE = '1 to 128 letters, digits, "_" or "-", the first a letter or "_", and not "LATEST"';

const name = z
  .string({ error: NAME_RULE })
  .regex(NAME, { error: NAME_RULE })
  .refine((text) => text !== 'LATEST', { error: NAME_RULE });

const terms = {
  description: optional(string()),
  additionalVersionWeight: optional(
    z.record(z.string(), z.unknown(), { error: 'an object of versions and weights' }),
  ),
};
const versionId = string();

/** The bodies of CreateAlias and UpdateAlias. */
export const ALIAS_BODIES = {
  create: object({ aliasName: name, versionId, ...terms }),
  update: object({ versionId: optional(versionId), ...terms }),
};

/** @throws InvalidArgument */
export function parseCreateAlias(body: unknown): CreateAliasInput {
  return withoutWeights(checkBody(ALIAS_BODIES.create, body ?? {}));
}

/** An absent field stays as it is. @throws InvalidArgument */
export function parseUpdateAlias(body: unknown): UpdateAliasInput {
  return withoutWeights(checkBody(ALIAS_BODIES.update, body ?? {}));
}

/** @throws InvalidArgument for weights */
function withoutWeights<T extends { readonly additionalVersionWeight?: object | undefined }>({
  additionalVersionWeight = {},
  ...input
}: T): Omit<T, 'additionalVersionWeight'> {
  if (Object.keys(additionalVersionWeight).length === 0) return input;
  throw new FcError(
    'InvalidArgument',
    'additionalVersionWeight is not emulated: Function Compute does not say which version a session of such an alias stays on; make an alias for each version',
  );
}
