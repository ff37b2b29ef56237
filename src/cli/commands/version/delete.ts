import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { DELETION, deleteOne } from '../../delete-one.js';

export const remove = command({
  operands: '<function> <version>',
  options: { ...DELETION, ...CONNECTION },
  notes: 'Its sessions end; requests in flight may finish. A version that an alias names\nis not deleted.',
  async run({ values, operands: [functionName = '', versionId = ''] }, context) {
    await withControl({ values: { ...values, function: functionName } }, context, (control) =>
      deleteOne(
        () => control.versions.delete({ functionName, versionId }),
        { name: versionId, notFound: 'VersionNotFound', values },
        context,
      ),
    );
  },
});
