import { humanDuration } from '../../../model/human-time.js';
import type { InstanceInfo } from '../../../model/instance.js';
import type { FunctionRef } from '../../../model/services.js';
import { shortInstanceId } from '../../../model/short-id.js';
import { command } from '../../command.js';
import { CONNECTION, type Connected, emulatorNow, functionRef, withControl } from '../../connect.js';
import type { Context } from '../../context.js';
import { flag, text } from '../../options/option-kinds.js';
import type { Column } from '../../output/fit-columns.js';
import { OUTPUT, outputForm, type Result } from '../../output/print-result.js';
import { formatTable, type Row } from '../../output/table.js';
import { showOrWatch, WATCH } from '../../output/watch.js';

const COLUMNS: readonly Column[] = [
  { head: 'INSTANCE', short: shortInstanceId, least: 12 },
  { head: 'STATUS' },
  { head: 'SESSIONS', dropped: 4 },
  { head: 'IN FLIGHT', dropped: 3 },
  { head: 'AGE', dropped: 2 },
  { head: 'PID', dropped: 1 },
];
const MORE_COLUMNS: readonly { readonly head: string; cell(instance: InstanceInfo): string | undefined }[] = [
  { head: 'FUNCTION', cell: ({ functionName }) => functionName },
  { head: 'VERSION', cell: ({ versionId }) => versionId },
  { head: 'QUALIFIER', cell: ({ qualifier }) => qualifier },
  { head: 'REVISION', cell: ({ revision }) => String(revision) },
  { head: 'URL', cell: ({ url }) => url },
];
const INSPECTOR = { head: 'INSPECTOR', cell: ({ inspector }: InstanceInfo) => inspector };

export const list = command({
  options: {
    function: text('--function <name>', 'only instances of this function'),
    qualifier: text('--qualifier <name>', 'only instances of this version or alias'),
    all: flag('--all', 'also recently ended instances, with their exit codes', { flagOnly: true }),
    ...WATCH,
    ...OUTPUT,
    ...CONNECTION,
  },
  run: ({ values }, context) =>
    withControl({ values }, context, async (control) => {
      const { all, watch } = values;
      const ref = await meant(control, values);
      const look = async (): Promise<Result> => {
        const instances = await control.instances.list(ref, { ended: all });
        return view(instances, { now: emulatorNow(control, context), all, context });
      };
      const none = all ? 'no instances' : 'no instances run; --all shows recently ended instances';
      await showOrWatch(look, { watch, form: outputForm(values), none }, context);
    }),
});

/** With a qualifier and no function name, the only function is used. With neither, all functions are listed. */
async function meant(
  control: Connected,
  named: { readonly function: string | undefined; readonly qualifier: string | undefined },
): Promise<FunctionRef | undefined> {
  if (named.qualifier !== undefined) return functionRef(control, named);
  return named.function === undefined ? undefined : { functionName: named.function };
}

function view(
  instances: readonly InstanceInfo[],
  { now, all, context }: { readonly now: number; readonly all: boolean; readonly context: Context },
): Result {
  const { style, columns } = context.stdout;
  return {
    json: { instances },
    names: instances.map(({ instanceId }) => instanceId),
    table({ wide }) {
      if (instances.length === 0) return '';
      const hasInspector = instances.some(({ inspector }) => inspector !== undefined);
      const more = wide ? [...MORE_COLUMNS, ...(hasInspector ? [INSPECTOR] : [])] : [];
      const head = [...COLUMNS, ...(all ? [{ head: 'EXIT' }] : []), ...more.map(({ head }) => ({ head }))];
      const rows = instances.map((instance): Row => {
        const { instanceId, status, destroyedTimeMs = now } = instance;
        return {
          cells: [
            instanceId,
            status,
            instance.sessions,
            instance.inFlight,
            humanDuration((destroyedTimeMs - instance.createdTimeMs) / 1000),
            instance.pid ?? '-',
            ...(all ? [exitOf(instance)] : []),
            ...more.map(({ cell }) => cell(instance) ?? '-'),
          ],
          paints: { INSTANCE: style.id(instanceId) },
          dim: status === 'Destroyed',
        };
      });
      return formatTable(head, rows, { style, columns, wide });
    },
  };
}

/** `code 3`, or the signal that ended it. */
function exitOf({ exit }: InstanceInfo): string {
  if (exit === undefined) return '-';
  return exit.signal ?? `code ${exit.code ?? 'unknown'}`;
}
