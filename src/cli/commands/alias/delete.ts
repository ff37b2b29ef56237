import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { DELETION, deleteOne } from '../../delete-one.js';

export const remove = command({
  operands: '<function> <alias>',
  options: { ...DELETION, ...CONNECTION },
  notes: 'The sessions of the alias end. Requests in flight may finish.',
  async run({ values, operands: [functionName = '', aliasName = ''] }, context) {
    await withControl({ values: { ...values, function: functionName } }, context, (control) =>
      deleteOne(
        () => control.aliases.delete({ functionName, aliasName }),
        { name: aliasName, notFound: 'AliasNotFound', values },
        context,
      ),
    );
  },
});
