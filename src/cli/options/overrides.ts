import type { Overrides } from '../../config/function-draft.js';
import type { FunctionFlags } from '../../config/function-from-flags.js';
import type { TriggerAuthType } from '../../model/function.js';
import type { FunctionInput } from '../../model/function-input.js';
import { UsageError } from '../errors.js';
import type { GivenTexts } from './options.js';

/** The fields of a function, as `functionIssues` names them, and the options that give them. */
const OPTION_OF: Readonly<Record<string, keyof FunctionFlags>> = {
  sessionAffinity: 'affinity',
  'sessionAffinityConfig.affinityHeaderFieldName': 'headerName',
  'sessionAffinityConfig.sseEndpointPath': 'ssePath',
  'sessionAffinityConfig.sessionConcurrencyPerInstance': 'sessionsPerInstance',
  'sessionAffinityConfig.sessionTTLInSeconds': 'ttl',
  'sessionAffinityConfig.sessionIdleTimeoutInSeconds': 'idle',
  'sessionAffinityConfig.disableSessionIdReuse': 'disableSessionIdReuse',
  instanceIsolationMode: 'isolation',
  instanceConcurrency: 'instanceConcurrency',
  timeout: 'timeout',
  startTimeoutInSeconds: 'startTimeout',
  drainTimeoutInSeconds: 'drainTimeout',
  maxInstances: 'maxInstances',
  minInstances: 'minInstances',
};

interface Flags extends Partial<FunctionFlags> {
  readonly triggerAuth?: TriggerAuthType | undefined;
  readonly customDomain?: boolean | undefined;
}

/** The given options, as changes of every function of a configuration. A default of the command line changes nothing. */
export function overridesOf(
  flags: Flags,
  {
    given,
    environmentVariables,
  }: { readonly given: GivenTexts; readonly environmentVariables: Record<string, string> },
): Overrides {
  const said = <Key extends keyof Flags>(key: Key): Flags[Key] | undefined =>
    given[key] === undefined ? undefined : flags[key];
  const input: Partial<FunctionInput> = {
    sessionAffinity: said('affinity'),
    sessionAffinityConfig: {
      affinityHeaderFieldName: said('headerName'),
      sseEndpointPath: said('ssePath'),
      sessionConcurrencyPerInstance: said('sessionsPerInstance'),
      sessionTTLInSeconds: said('ttl'),
      sessionIdleTimeoutInSeconds: said('idle'),
      disableSessionIdReuse: said('disableSessionIdReuse'),
    },
    instanceIsolationMode: said('isolation'),
    instanceConcurrency: said('instanceConcurrency'),
    timeout: said('timeout'),
    startTimeoutInSeconds: said('startTimeout'),
    drainTimeoutInSeconds: said('drainTimeout'),
    maxInstances: said('maxInstances'),
    minInstances: said('minInstances'),
    maxSessionTTLInSeconds: flags.maxSessionTtl,
    environmentVariables,
  };
  return {
    input,
    triggers: { authType: said('triggerAuth'), customDomain: said('customDomain') },
    refuse(path, message) {
      const key = OPTION_OF[path];
      const one = key === undefined ? undefined : given[key];
      if (one === undefined) return;
      const field = path.split('.').at(-1) ?? path;
      const words = message
        .replace(field, () => one.name)
        .replace(/got "[^"]*"$/, () => `got ${JSON.stringify(one.text)}`);
      throw new UsageError(words);
    },
  };
}
