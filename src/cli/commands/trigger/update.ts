import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { UsageError } from '../../errors.js';
import { TRIGGER_OPTIONS, triggerConfigOf } from '../../options/trigger-options.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';
import { printTrigger } from '../../output/trigger-view.js';

export const update = command({
  operands: '<function> <trigger>',
  options: { ...TRIGGER_OPTIONS, ...OUTPUT, ...CONNECTION },
  examples: [
    '  fc-affinity trigger update hello defaultTrigger --auth anonymous',
    '  fc-affinity trigger update hello web --no-internet',
  ].join('\n'),
  notes: 'Options that are left out do not change. The address does not change either.',
  async run({ values, given, operands: [functionName = '', triggerName = ''] }, context) {
    const { qualifier, description } = values;
    const changes = triggerConfigOf(values);
    const others = {
      ...(qualifier !== undefined && { qualifier }),
      ...(description !== undefined && { description }),
    };
    if (Object.keys({ ...changes, ...others }).length === 0)
      throw new UsageError('no option to change is given', { fix: 'for example --auth anonymous' });
    const meant = { values: { ...values, function: functionName }, given };
    await withControl(meant, context, async (control) => {
      const ref = { functionName, triggerName };
      // The API replaces the whole configuration.
      const { triggerConfig } = await control.triggers.get(ref);
      const config = { ...JSON.parse(triggerConfig || '{}'), ...changes };
      const trigger = await control.triggers.update(ref, {
        ...others,
        triggerConfig: JSON.stringify(config),
      });
      await printTrigger(trigger, functionName, outputForm(values), context);
    });
  },
});
