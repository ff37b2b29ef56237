import { age } from '../../../model/human-time.js';
import type { VersionDirection } from '../../../model/version.js';
import { command } from '../../command.js';
import { CONNECTION, emulatorNow, withControl } from '../../connect.js';
import { choice, integer, text } from '../../options/option-kinds.js';
import { OUTPUT, outputForm, printResult } from '../../output/print-result.js';
import { formatTable } from '../../output/table.js';

const COLUMNS = [{ head: 'VERSION' }, { head: 'AGE' }, { head: 'DESCRIPTION', least: 8 }];

export const list = command({
  operands: '<function>',
  options: {
    direction: choice<VersionDirection, undefined>(
      '--direction <word>',
      'BACKWARD, the newest first (default), or FORWARD',
      { words: { BACKWARD: 'BACKWARD', FORWARD: 'FORWARD' }, byDefault: undefined, flagOnly: true },
    ),
    limit: integer('--limit <n>', 'versions a page, 1 to 100 (default: 20)', { flagOnly: true }),
    nextToken: text('--next-token <token>', 'the token of the page before', { flagOnly: true }),
    ...OUTPUT,
    ...CONNECTION,
  },
  async run({ values, given, operands: [functionName = ''] }, context) {
    await withControl({ values: { ...values, function: functionName }, given }, context, async (control) => {
      const { direction, limit, nextToken } = values;
      const page = await control.versions.list({
        functionName,
        ...(direction !== undefined && { direction }),
        ...(limit !== undefined && { limit }),
        ...(nextToken !== undefined && { nextToken }),
      });
      const now = emulatorNow(control, context);
      await printResult(context, outputForm(values), {
        json: page,
        names: page.versions.map(({ versionId }) => versionId),
        table: ({ wide }) =>
          formatTable(
            [...COLUMNS, ...(wide ? [{ head: 'CREATED' }] : [])],
            page.versions.map(({ versionId, description, createdTime }) => ({
              cells: [versionId, age(createdTime, now), description || '-', ...(wide ? [createdTime] : [])],
            })),
            { style: context.stdout.style, columns: context.stdout.columns, wide },
          ),
      });
      if (page.nextToken)
        context.stderr.write('there are more: --limit, or --next-token with the token of -o json\n');
    });
  },
});
