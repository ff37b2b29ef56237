import { z } from 'zod';
import { LIMITS } from '../model/limits.js';
import { flag, integer, object, optional, string } from './fields.js';

const instances = () => integer(0, LIMITS.maxInstances[1]);

/** PutConcurrencyConfig. */
export const CONCURRENCY_BODY = object({ reservedConcurrency: instances() });

/** PutScalingConfig: `minInstances` is used, the rest is repeated. */
export const SCALING_BODY = z.looseObject(
  { minInstances: optional(instances()) },
  { error: 'a JSON object' },
);

/** DisableFunctionInvocation. */
export const DISABLE_BODY = object({
  reason: optional(string()),
  abortOngoingRequest: optional(flag()),
});
