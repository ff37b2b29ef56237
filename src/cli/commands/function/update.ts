import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { FUNCTION_BODY, updateBody } from '../../options/function-options.js';
import { printFunction } from '../../output/print-function.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';
import { settledFunction } from '../../settled-function.js';

export const update = command({
  operands: '<name>',
  usage: '<name> [options] [-- command…]',
  options: { ...FUNCTION_BODY, ...OUTPUT, ...CONNECTION },
  examples: [
    '  fc-affinity function update cart --sessions-per-instance 2',
    '  fc-affinity function update cart --env COLOUR=green -- node new.js',
    '  fc-affinity function update cart --input @change.json',
  ].join('\n'),
  notes: [
    'Only the given options change. Old sessions stay on their instances until they',
    'end. New sessions get instances of the new revision.',
  ].join('\n'),
  async run({ values, given, operands: [functionName = ''], rest }, context) {
    const meant = { values: { ...values, function: functionName }, given };
    await withControl(meant, context, async (control) => {
      const { config } = await control.functions.get({ functionName });
      const body = await updateBody({ functionName, values, given, command: rest }, config, context);
      await control.functions.update(functionName, body);
      const served = await settledFunction(functionName, control, context);
      await printFunction(served, outputForm(values), context);
    });
  },
});
