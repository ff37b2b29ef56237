import { FcError } from '../../src/model/errors.js';
import type { FunctionService } from '../../src/model/services.js';

/** Functions that are there and cannot be changed. */
export function fixedFunctions(lookup: Pick<FunctionService, 'list' | 'get'>): FunctionService {
  const refuse = async (): Promise<never> => {
    throw new FcError('InvalidArgument', 'these functions cannot be changed');
  };
  return {
    ...lookup,
    create: refuse,
    update: refuse,
    delete: refuse,
  };
}
