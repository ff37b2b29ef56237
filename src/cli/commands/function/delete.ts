import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { DELETION, deleteOne } from '../../delete-one.js';

export const remove = command({
  operands: '<name>',
  options: { ...DELETION, ...CONNECTION },
  notes: 'Its versions, aliases, triggers and sessions are deleted too. Requests in\nflight may finish.',
  async run({ values, operands: [functionName = ''] }, context) {
    await withControl({ values: { ...values, function: functionName } }, context, (control) =>
      deleteOne(
        () => control.functions.delete(functionName),
        { name: functionName, notFound: 'FunctionNotFound', values },
        context,
      ),
    );
  },
});
