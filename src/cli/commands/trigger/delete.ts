import { FcError } from '../../../model/errors.js';
import { sanitize } from '../../../model/sanitize.js';
import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { flag } from '../../options/option-kinds.js';
import { OUTPUT, outputForm, printResult } from '../../output/print-result.js';

export const remove = command({
  operands: '<function> <trigger>',
  options: {
    ignoreNotFound: flag('--ignore-not-found', 'a trigger that is not known is no failure', {
      flagOnly: true,
    }),
    ...OUTPUT,
    ...CONNECTION,
  },
  async run({ values, operands: [functionName = '', triggerName = ''] }, context) {
    await withControl({ values: { ...values, function: functionName } }, context, async (control) => {
      const deleted = [triggerName];
      try {
        await control.triggers.delete({ functionName, triggerName });
      } catch (error) {
        if (!values.ignoreNotFound || !(error instanceof FcError) || error.code !== 'TriggerNotFound')
          throw error;
        deleted.pop();
      }
      await printResult(context, outputForm(values), {
        json: { deleted },
        names: deleted,
        table: () => deleted.map((name) => `deleted ${sanitize(name)}\n`).join(''),
      });
    });
  },
});
