import { startCommand } from '../../../model/start-command.js';
import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { affinityInWords, functionJson } from '../../output/function-view.js';
import { OUTPUT, outputForm, printResult } from '../../output/print-result.js';
import { formatTable } from '../../output/table.js';

const COLUMNS = [{ head: 'FUNCTION', least: 10 }, { head: 'URL' }, { head: 'AFFINITY', least: 8 }];

export const list = command({
  options: { ...OUTPUT, ...CONNECTION },
  async run({ values }, context) {
    await withControl({ values }, context, async (control) => {
      const served = await control.functions.list();
      await printResult(context, outputForm(values), {
        json: { functions: await Promise.all(served.map(functionJson)) },
        names: served.map(({ config }) => config.functionName),
        table: ({ wide }) =>
          formatTable(
            [...COLUMNS, ...(wide ? [{ head: 'COMMAND' }, { head: 'FOLDER' }] : [])],
            served.map(({ config, url }) => ({
              cells: [
                config.functionName,
                url ?? 'no trigger',
                affinityInWords(config),
                ...(wide ? [startCommand(config).join(' '), config.codeDirectory] : []),
              ],
            })),
            { style: context.stdout.style, columns: context.stdout.columns, wide },
          ),
      });
    });
  },
});
