import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { text } from '../../options/option-kinds.js';
import { printFunction } from '../../output/print-function.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';

export const get = command({
  operands: '<name>',
  options: {
    qualifier: text('--qualifier <name>', 'a version or alias (default: LATEST)'),
    ...OUTPUT,
    ...CONNECTION,
  },
  async run({ values, operands: [functionName = ''] }, context) {
    await withControl({ values: { ...values, function: functionName } }, context, async (control) => {
      const served = await control.functions.get({ functionName, qualifier: values.qualifier });
      await printFunction(served, outputForm(values), context);
    });
  },
});
