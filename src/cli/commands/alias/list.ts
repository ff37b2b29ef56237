import { age } from '../../../model/human-time.js';
import { command } from '../../command.js';
import { CONNECTION, emulatorNow, withControl } from '../../connect.js';
import { integer, text } from '../../options/option-kinds.js';
import { OUTPUT, outputForm, printResult } from '../../output/print-result.js';
import { formatTable } from '../../output/table.js';

const COLUMNS = [
  { head: 'ALIAS', least: 8 },
  { head: 'VERSION' },
  { head: 'AGE' },
  { head: 'DESCRIPTION', least: 8 },
];

export const list = command({
  operands: '<function>',
  options: {
    prefix: text('--prefix <text>', 'only names with this start', { flagOnly: true }),
    limit: integer('--limit <n>', 'aliases a page, 1 to 100 (default: 20)', { flagOnly: true }),
    nextToken: text('--next-token <token>', 'the token of the page before', { flagOnly: true }),
    ...OUTPUT,
    ...CONNECTION,
  },
  async run({ values, given, operands: [functionName = ''] }, context) {
    await withControl({ values: { ...values, function: functionName }, given }, context, async (control) => {
      const { prefix, limit, nextToken } = values;
      const page = await control.aliases.list({
        functionName,
        ...(prefix !== undefined && { prefix }),
        ...(limit !== undefined && { limit }),
        ...(nextToken !== undefined && { nextToken }),
      });
      const now = emulatorNow(control, context);
      await printResult(context, outputForm(values), {
        json: page,
        names: page.aliases.map(({ aliasName }) => aliasName),
        table: ({ wide }) =>
          formatTable(
            [...COLUMNS, ...(wide ? [{ head: 'CREATED' }, { head: 'MODIFIED' }] : [])],
            page.aliases.map(({ aliasName, versionId, description, createdTime, lastModifiedTime }) => ({
              cells: [
                aliasName,
                versionId,
                age(createdTime, now),
                description || '-',
                ...(wide ? [createdTime, lastModifiedTime] : []),
              ],
            })),
            { style: context.stdout.style, columns: context.stdout.columns, wide },
          ),
      });
      if (page.nextToken)
        context.stderr.write('there are more: --limit, or --next-token with the token of -o json\n');
    });
  },
});
