import type { Trigger } from '../../model/trigger.js';
import type { Context } from '../context.js';
import { type OutputForm, printResult } from './print-result.js';
import { formatDetails } from './table.js';

interface Told {
  readonly authType: string;
  readonly methods: string;
  readonly internet: string;
}

/** @returns a trigger's configuration in words */
export function triggerInWords({ triggerConfig }: Trigger): Told {
  const { authType = 'function', methods, disableURLInternet } = JSON.parse(triggerConfig || '{}');
  return {
    authType: String(authType),
    methods: Array.isArray(methods) ? methods.join(' ') : 'all',
    internet: disableURLInternet === true ? 'disabled' : 'enabled',
  };
}

export async function printTrigger(
  trigger: Trigger,
  functionName: string,
  form: OutputForm,
  context: Context,
): Promise<void> {
  const { authType, methods, internet } = triggerInWords(trigger);
  await printResult(context, form, {
    json: trigger,
    names: [trigger.triggerName],
    table: () =>
      formatDetails(
        [
          ['trigger', trigger.triggerName],
          ['function', functionName],
          ['qualifier', trigger.qualifier],
          ['URL', trigger.httpTrigger.urlInternet],
          ['auth', authType],
          ['methods', methods],
          ['internet', internet],
          ...(trigger.description === '' ? [] : [['description', trigger.description] as const]),
        ],
        context.stdout.style,
      ),
  });
}
