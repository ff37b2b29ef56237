import type { Trigger } from '../../../model/trigger.js';
import { command } from '../../command.js';
import { CONNECTION, type Connected, withControl } from '../../connect.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';
import { formatTable } from '../../output/table.js';
import { triggerInWords } from '../../output/trigger-view.js';
import { showOrWatch, WATCH } from '../../output/watch.js';

const COLUMNS = [
  { head: 'FUNCTION', least: 8 },
  { head: 'TRIGGER', least: 8 },
  { head: 'QUALIFIER', dropped: 1 },
  { head: 'URL' },
  { head: 'AUTH' },
];
const WIDE = [{ head: 'METHODS' }, { head: 'INTERNET' }];
const MOST_ON_A_PAGE = 100;

interface Listed {
  readonly functionName: string;
  readonly trigger: Trigger;
}

export const list = command({
  operands: '[function]',
  options: { ...WATCH, ...OUTPUT, ...CONNECTION },
  async run({ values, operands: [functionName] }, context) {
    const meant = functionName === undefined ? { values } : { values: { ...values, function: functionName } };
    await withControl(meant, context, async (control) => {
      const look = async () => {
        const listed = await everyTrigger(control, functionName);
        return {
          json: { triggers: listed.map(({ trigger }) => trigger) },
          names: listed.map(({ trigger }) => trigger.triggerName),
          table: ({ wide }: { readonly wide: boolean }) =>
            formatTable(
              [...COLUMNS, ...(wide ? WIDE : [])],
              listed.map((one) => ({ cells: cellsOf(one, wide) })),
              { style: context.stdout.style, columns: context.stdout.columns, wide },
            ),
        };
      };
      const { watch } = values;
      await showOrWatch(look, { watch, form: outputForm(values), none: 'no triggers' }, context);
    });
  },
});

function cellsOf({ functionName, trigger }: Listed, wide: boolean): string[] {
  const { authType, methods, internet } = triggerInWords(trigger);
  const { triggerName, qualifier, httpTrigger } = trigger;
  const cells = [functionName, triggerName, qualifier, httpTrigger.urlInternet, authType];
  return wide ? [...cells, methods, internet] : cells;
}

/** The triggers of one function, or of all. */
async function everyTrigger(control: Connected, functionName: string | undefined): Promise<Listed[]> {
  const names =
    functionName === undefined
      ? (await control.functions.list()).map(({ config }) => config.functionName)
      : [functionName];
  const listed: Listed[] = [];
  for (const name of names) {
    let nextToken: string | undefined;
    do {
      const query = { functionName: name, limit: MOST_ON_A_PAGE, ...(nextToken && { nextToken }) };
      const page = await control.triggers.list(query);
      listed.push(...page.triggers.map((trigger) => ({ functionName: name, trigger })));
      nextToken = page.nextToken;
    } while (nextToken);
  }
  return listed;
}
