import { humanDuration } from '../../model/human-time.js';
import type { ServedFunction } from '../../model/services.js';
import { startCommand } from '../../model/start-command.js';
import type { Context } from '../context.js';
import { affinityInWords, functionJson } from './function-view.js';
import { type OutputForm, printResult } from './print-result.js';
import { formatDetails } from './table.js';

export async function printFunction(
  served: ServedFunction,
  form: OutputForm,
  context: Context,
): Promise<void> {
  const { config, url, progress, restriction } = served;
  const disabled = restriction === undefined ? '' : `, invocation disabled: ${restriction.reason}`;
  await printResult(context, form, {
    json: await functionJson(served),
    names: [config.functionName],
    table: () =>
      formatDetails(
        [
          ['function', config.functionName],
          [
            'state',
            `${progress.state}${progress.reason === undefined ? '' : `: ${progress.reason}`}${disabled}`,
          ],
          ['URL', url ?? `none: fc-affinity trigger create ${config.functionName} http`],
          ['affinity', affinityInWords(config)],
          ['command', startCommand(config).join(' ')],
          ['folder', config.codeDirectory],
          ['timeout', humanDuration(config.timeout)],
          ['instances', `${config.minInstances} to ${config.maxInstances}`],
        ],
        context.stdout.style,
      ),
  });
}
