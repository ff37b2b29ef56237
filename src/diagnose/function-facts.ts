import type { FunctionConfig } from '../model/function.js';
import type { FunctionFacts } from './finding.js';

/** @returns the part of a configuration that the rules use */
export function factsOf({
  functionName,
  sessionAffinity,
  sessionAffinityConfig,
}: Pick<FunctionConfig, 'functionName' | 'sessionAffinity' | 'sessionAffinityConfig'>): FunctionFacts {
  return {
    functionName,
    sessionAffinity,
    affinityHeaderFieldName: sessionAffinityConfig.affinityHeaderFieldName,
    sessionIdleTimeoutInSeconds: sessionAffinityConfig.sessionIdleTimeoutInSeconds,
  };
}
