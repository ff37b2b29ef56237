import type { Overrides } from '../../config/function-draft.js';
import type { FunctionFlags } from '../../config/function-from-flags.js';
import type { TriggerAuthType } from '../../model/function.js';
import type { FunctionInput } from '../../model/function-input.js';
import { UsageError } from '../errors.js';
import type { GivenTexts } from './options.js';

/** The fields of a function with their names in `functionIssues`, and the options of these fields. */
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

/** The given options as changes of every function of a configuration. Defaults of the command line change nothing. */
export function overridesOf(
  flags: Flags,
  {
    given,
    environmentVariables,
  }: { readonly given: GivenTexts; readonly environmentVariables: Record<string, string> },
): Overrides {
  const ifGiven = <Key extends keyof Flags>(key: Key): Flags[Key] | undefined =>
    given[key] === undefined ? undefined : flags[key];
  const input: Partial<FunctionInput> = {
    sessionAffinity: ifGiven('affinity'),
    sessionAffinityConfig: {
      affinityHeaderFieldName: ifGiven('headerName'),
      sseEndpointPath: ifGiven('ssePath'),
      sessionConcurrencyPerInstance: ifGiven('sessionsPerInstance'),
      sessionTTLInSeconds: ifGiven('ttl'),
      sessionIdleTimeoutInSeconds: ifGiven('idle'),
      disableSessionIdReuse: ifGiven('disableSessionIdReuse'),
    },
    instanceIsolationMode: ifGiven('isolation'),
    instanceConcurrency: ifGiven('instanceConcurrency'),
    timeout: ifGiven('timeout'),
    startTimeoutInSeconds: ifGiven('startTimeout'),
    drainTimeoutInSeconds: ifGiven('drainTimeout'),
    maxInstances: ifGiven('maxInstances'),
    minInstances: ifGiven('minInstances'),
    maxSessionTTLInSeconds: flags.maxSessionTtl,
    environmentVariables,
  };
  return {
    input,
    triggers: { authType: ifGiven('triggerAuth'), customDomain: ifGiven('customDomain') },
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
