import { FcError } from '../../model/errors.js';
import { checkUnlike, completeTrigger, type TriggerInput } from '../../model/trigger-config.js';
import { parseTriggerConfig } from '../../schema/index.js';
import type { ConfigTrigger } from '../function-draft.js';
import { dig, type LocatedMap, type Place, plain, textAt } from '../located.js';
import type { Tell } from '../problem.js';
import type { DevsResource } from './content.js';

/** @returns the HTTP triggers; undefined after a problem was reported */
export function triggersOf(
  { props }: DevsResource,
  functionName: string,
  tell: Tell,
): readonly ConfigTrigger[] | undefined {
  const listed = dig(props, ['triggers']);
  if (listed === undefined) return [];
  const refuse = (message: string, at: Place): undefined => {
    tell({ rule: 'trigger', level: 'error', message, at });
    return undefined;
  };
  if (listed.kind !== 'list') return refuse('triggers must be a list', listed.at);
  const triggers: ReturnType<typeof completeTrigger>[] = [];
  let isWrong = false;
  for (const item of listed.items) {
    if (item.kind !== 'map') {
      isWrong = true;
      refuse('a trigger must be a map', item.at);
      continue;
    }
    if (textAt(item, ['triggerType']) !== 'http') continue;
    try {
      const trigger = completeTrigger(triggerInput(item, functionName, tell));
      checkUnlike(trigger, triggers);
      triggers.push(trigger);
    } catch (error) {
      if (!(error instanceof FcError)) throw error;
      isWrong = true;
      const key =
        /^(triggerName|authType|methods|disableURLInternet|qualifier)/.exec(error.message)?.[0] ?? '';
      refuse(error.message, dig(item, [key])?.at ?? dig(item, ['triggerConfig', key])?.at ?? item.at);
    }
  }
  return isWrong ? undefined : triggers.map(({ functionName: _, ...trigger }) => trigger);
}

/** @throws InvalidArgument */
function triggerInput(item: LocatedMap, functionName: string, tell: Tell): TriggerInput {
  const config = dig(item, ['triggerConfig']);
  const given = config === undefined ? {} : plain(config);
  const authType = textAt(config, ['authType']);
  const isForeign = authType === 'jwt' || authType === 'bearer';
  if (isForeign)
    tell({
      rule: 'auth-not-emulated',
      level: 'warning',
      message: `authType ${authType} is not emulated: here the trigger accepts every request`,
      at: dig(config, ['authType'])?.at ?? item.at,
    });
  const known = isForeign ? { ...(given as object), authType: 'anonymous' } : given;
  const qualifier = textAt(item, ['qualifier']);
  return {
    functionName,
    triggerName: textAt(item, ['triggerName']) ?? '',
    ...(qualifier !== undefined && { qualifier }),
    ...parseTriggerConfig(typeof known === 'string' ? known : JSON.stringify(known)),
  };
}
