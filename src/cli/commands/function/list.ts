import { command } from '../../command.js';
import { CONNECTION, connect } from '../../connect.js';
import { affinityInWords, functionJson } from '../../output/function-view.js';
import { OUTPUT, outputForm, printResult } from '../../output/print-result.js';
import { formatTable } from '../../output/table.js';

export const list = command({
  options: { ...OUTPUT, ...CONNECTION },
  async run({ values }, context) {
    const control = await connect(values, context);
    const served = await control.functions.list();
    await printResult(context, outputForm(values), {
      json: { functions: await Promise.all(served.map(functionJson)) },
      names: served.map(({ config }) => config.functionName),
      table: ({ wide }) =>
        formatTable(
          ['FUNCTION', 'URL', 'AFFINITY', ...(wide ? ['COMMAND', 'FOLDER'] : [])],
          served.map(({ config, url }) => [
            config.functionName,
            url ?? 'no trigger',
            affinityInWords(config),
            ...(wide ? [config.customRuntimeConfig.command.join(' '), config.codeDirectory] : []),
          ]),
          context.stdout.style,
        ),
    });
  },
});
