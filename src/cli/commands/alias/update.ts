import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { UsageError } from '../../errors.js';
import { text } from '../../options/option-kinds.js';
import { printAlias } from '../../output/alias-view.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';

export const update = command({
  operands: '<function> <alias>',
  options: {
    versionId: text('--version-id <n>', 'the new version of the alias', { flagOnly: true }),
    description: text('--description <text>', 'what the alias is for', { flagOnly: true }),
    ...OUTPUT,
    ...CONNECTION,
  },
  notes: 'Old sessions of the alias stay on the instances of their version. New ones go\nto the new version.',
  async run({ values, given, operands: [functionName = '', aliasName = ''] }, context) {
    const { versionId, description } = values;
    const input = {
      ...(versionId !== undefined && { versionId }),
      ...(description !== undefined && { description }),
    };
    if (Object.keys(input).length === 0)
      throw new UsageError('no option to change is given', { fix: 'for example --version-id 2' });
    await withControl({ values: { ...values, function: functionName }, given }, context, async (control) => {
      const alias = await control.aliases.update({ functionName, aliasName }, input);
      await printAlias(alias, control, { form: outputForm(values), context });
    });
  },
});
