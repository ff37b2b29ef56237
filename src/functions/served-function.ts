import type { FunctionConfig } from '../model/function.js';
import type { FunctionInput } from '../model/function-input.js';
import type { ServedFunction } from '../model/services.js';

/** @returns a function that is Active, with what is known of it beside its configuration */
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

/** @returns what is said of a function whose body nobody has: everything that its configuration says and that is no consequence */
export function saidBy(config: FunctionConfig): FunctionInput {
  const { instanceConcurrency, ...said } = config;
  const isChosen = config.sessionAffinity === 'NONE' && instanceConcurrency !== 1;
  return isChosen ? { ...said, instanceConcurrency } : said;
}
