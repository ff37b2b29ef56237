import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';
import { printTrigger } from '../../output/trigger-view.js';

export const get = command({
  operands: '<function> <trigger>',
  options: { ...OUTPUT, ...CONNECTION },
  async run({ values, operands: [functionName = '', triggerName = ''] }, context) {
    await withControl({ values: { ...values, function: functionName } }, context, async (control) => {
      const trigger = await control.triggers.get({ functionName, triggerName });
      await printTrigger(trigger, functionName, outputForm(values), context);
    });
  },
});
