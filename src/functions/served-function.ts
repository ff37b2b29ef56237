import type { FunctionConfig } from '../model/function.js';
import type { FunctionInput } from '../model/function-input.js';
import type { ServedFunction } from '../model/services.js';

/** @returns a function that is Active: its configuration and its known fields */
export function servedFunction(
  config: FunctionConfig,
  known: Pick<ServedFunction, 'functionId' | 'createdAt'> & Partial<ServedFunction>,
): ServedFunction {
  return {
    config,
    url: undefined,
    lastModifiedAt: known.createdAt,
    progress: { state: 'Active' },
    lastUpdate: { state: 'Successful' },
    echo: {},
    ...known,
  };
}

/** @returns the input that makes this configuration, without the values that follow from others; for a function that has no body of the API */
export function saidBy(config: FunctionConfig): FunctionInput {
  const { instanceConcurrency, ...said } = config;
  const isChosen = config.sessionAffinity === 'NONE' && instanceConcurrency !== 1;
  return isChosen ? { ...said, instanceConcurrency } : said;
}
