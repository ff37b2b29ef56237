import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { TRIGGER_OPTIONS, triggerConfigOf } from '../../options/trigger-options.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';
import { printTrigger } from '../../output/trigger-view.js';

export const create = command({
  operands: '<function> <trigger>',
  options: { ...TRIGGER_OPTIONS, ...OUTPUT, ...CONNECTION },
  examples: [
    '  fc-affinity trigger create hello web',
    '  fc-affinity trigger create hello web --auth function --methods GET,POST',
  ].join('\n'),
  notes: 'Without --auth the trigger is anonymous. Its address is in the reply.',
  async run({ values, given, operands: [functionName = '', triggerName = ''] }, context) {
    const { qualifier, description } = values;
    const config = { authType: 'anonymous', ...triggerConfigOf(values) };
    const meant = { values: { ...values, function: functionName }, given };
    await withControl(meant, context, async (control) => {
      const trigger = await control.triggers.create(
        { functionName },
        {
          triggerName,
          triggerType: 'http',
          triggerConfig: JSON.stringify(config),
          ...(qualifier !== undefined && { qualifier }),
          ...(description !== undefined && { description }),
        },
      );
      await printTrigger(trigger, functionName, outputForm(values), context);
    });
  },
});
