import type { FunctionConfig } from '../model/function.js';
import type { FunctionInput } from '../model/function-input.js';
import type { ServedFunction } from '../model/services.js';

/** @returns an Active function with the configuration and the known fields */
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

/** @returns an input that gives this configuration, without derived values. Used for a function without a CreateFunction body. */
export function inputOf(config: FunctionConfig): FunctionInput {
  const { instanceConcurrency, ...input } = config;
  const isChosen = config.sessionAffinity === 'NONE' && instanceConcurrency !== 1;
  return isChosen ? { ...input, instanceConcurrency } : input;
}
