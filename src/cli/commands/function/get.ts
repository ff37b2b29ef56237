import { startCommand } from '../../../model/start-command.js';
import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { text } from '../../options/option-kinds.js';
import { affinityInWords, functionJson } from '../../output/function-view.js';
import { humanDuration } from '../../output/human-time.js';
import { OUTPUT, outputForm, printResult } from '../../output/print-result.js';
import { formatDetails } from '../../output/table.js';

export const get = command({
  operands: '<name>',
  options: {
    qualifier: text('--qualifier <name>', 'a version or alias (default: LATEST)'),
    ...OUTPUT,
    ...CONNECTION,
  },
  async run({ values, operands: [functionName = ''] }, context) {
    await withControl({ values: { ...values, function: functionName } }, context, async (control) => {
      const served = await control.functions.get({ functionName, qualifier: values.qualifier });
      const { config, url } = served;
      await printResult(context, outputForm(values), {
        json: await functionJson(served),
        names: [config.functionName],
        table: () =>
          formatDetails(
            [
              ['function', config.functionName],
              ['URL', url ?? 'no trigger'],
              ['affinity', affinityInWords(config)],
              ['command', startCommand(config).join(' ')],
              ['folder', config.codeDirectory],
              ['timeout', humanDuration(config.timeout)],
              ['instances', `${config.minInstances} to ${config.maxInstances}`],
            ],
            context.stdout.style,
          ),
      });
    });
  },
});
