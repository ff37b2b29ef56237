import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { UsageError } from '../../errors.js';
import { text } from '../../options/option-kinds.js';
import { printAlias } from '../../output/alias-view.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';

export const create = command({
  operands: '<function> <alias>',
  examples: `  fc-affinity function publish hello
  fc-affinity alias create hello prod --version-id 1
  fc-affinity session create --function hello --qualifier prod`,
  options: {
    versionId: text('--version-id <n>', 'the version of the alias', { flagOnly: true }),
    description: text('--description <text>', 'what the alias is for', { flagOnly: true }),
    ...OUTPUT,
    ...CONNECTION,
  },
  async run({ values, given, operands: [functionName = '', aliasName = ''] }, context) {
    const { versionId, description } = values;
    if (versionId === undefined)
      throw new UsageError('an alias needs a version', {
        fix: 'add --version-id; fc-affinity function publish creates a version, and version list shows all versions',
      });
    await withControl({ values: { ...values, function: functionName }, given }, context, async (control) => {
      const input = { aliasName, versionId, ...(description !== undefined && { description }) };
      const alias = await control.aliases.create({ functionName }, input);
      await printAlias(alias, control, { form: outputForm(values), context });
    });
  },
});
