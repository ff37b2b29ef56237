import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { createBody, FUNCTION_BODY } from '../../options/function-options.js';
import { printFunction } from '../../output/print-function.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';
import { settledFunction } from '../../settled-function.js';

export const create = command({
  operands: '<name>',
  usage: '<name> [options] [-- command…]',
  options: { ...FUNCTION_BODY, ...OUTPUT, ...CONNECTION },
  examples: [
    '  fc-affinity function create cart --ttl 2h -- node app.js',
    '  fc-affinity function create cart --input @function.json',
    '  fc-affinity trigger create cart http',
  ].join('\n'),
  notes: [
    'The command runs in this folder. A function has no address until it has a',
    'trigger. With --input the code may be a zip file in base64: code.zipFile.',
  ].join('\n'),
  async run({ values, given, operands: [functionName = ''], rest }, context) {
    const body = await createBody({ functionName, values, given, command: rest }, context);
    await withControl({ values: { ...values, function: functionName }, given }, context, async (control) => {
      await control.functions.create(body);
      const served = await settledFunction(functionName, control, context);
      await printFunction(served, outputForm(values), context);
    });
  },
});
