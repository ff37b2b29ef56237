import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { DELETION, deleteOne } from '../../delete-one.js';

export const remove = command({
  operands: '<function> <trigger>',
  options: { ...DELETION, ...CONNECTION },
  async run({ values, operands: [functionName = '', triggerName = ''] }, context) {
    await withControl({ values: { ...values, function: functionName } }, context, (control) =>
      deleteOne(
        () => control.triggers.delete({ functionName, triggerName }),
        { name: triggerName, notFound: 'TriggerNotFound', values },
        context,
      ),
    );
  },
});
