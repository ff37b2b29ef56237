import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { text } from '../../options/option-kinds.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';
import { printVersion } from '../../output/version-view.js';

export const publish = command({
  operands: '<name>',
  examples: `  fc-affinity function publish hello --description 'before the sale'
  fc-affinity alias create hello prod --version-id 1`,
  options: {
    description: text('--description <text>', 'what the version is for', { flagOnly: true }),
    ...OUTPUT,
    ...CONNECTION,
  },
  notes:
    'Keeps the function as it is now under the next number. Other commands name it\nwith --qualifier <number>.',
  async run({ values, operands: [functionName = ''] }, context) {
    await withControl({ values: { ...values, function: functionName } }, context, async (control) => {
      const { description } = values;
      const input = description === undefined ? {} : { description };
      const version = await control.versions.publish({ functionName }, input);
      await printVersion(version, control, { form: outputForm(values), context });
    });
  },
});
