import type { FunctionFacts } from '../../diagnose/finding.js';
import type { FunctionConfig } from '../../model/function.js';

/** @returns what the rules need of a configuration */
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
