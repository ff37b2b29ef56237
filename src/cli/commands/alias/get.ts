import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { printAlias } from '../../output/alias-view.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';

export const get = command({
  operands: '<function> <alias>',
  options: { ...OUTPUT, ...CONNECTION },
  async run({ values, operands: [functionName = '', aliasName = ''] }, context) {
    await withControl({ values: { ...values, function: functionName } }, context, async (control) => {
      const alias = await control.aliases.get({ functionName, aliasName });
      await printAlias(alias, control, { form: outputForm(values), context });
    });
  },
});
