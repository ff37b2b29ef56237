import type { InstanceInfo, LogLine } from '../../../model/instance.js';
import { sanitize } from '../../../model/sanitize.js';
import { command } from '../../command.js';
import { CONNECTION, type Connected, withControl } from '../../connect.js';
import type { Context } from '../../context.js';
import { flag, text } from '../../options/option-kinds.js';
import { timeOfDay } from '../../output/human-time.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';
import { safeJson } from '../../output/safe-json.js';
import { shortInstanceId } from '../../output/short-id.js';
import { fullInstanceId } from '../../resolve-id.js';

/** A line, and the instance that printed it. */
interface Printed {
  readonly instanceId: string;
  readonly line: LogLine;
}

export const logs = command({
  operands: '[id]',
  options: {
    follow: flag('-f, --follow', 'stay, and show what comes', { flagOnly: true }),
    function: text('--function <name>', 'without an ID: only instances of this function'),
    ...OUTPUT,
    ...CONNECTION,
  },
  examples: ['  fc-affinity instance logs -f', '  fc-affinity instance logs 6a118cc5'].join('\n'),
  notes: [
    'Without an ID: the log of the only instance, or of all that run, each line',
    'under the end of its instance ID; when none runs, of those that ended lately.',
  ].join('\n'),
  run: ({ values, operands: [id] }, context) =>
    withControl({ values }, context, async (control) => {
      const { stdout, stderr } = context;
      const isJson = outputForm(values) === 'json';
      const ids = id === undefined ? await meant(control, values) : [await fullInstanceId(control, id)];
      if (ids.length === 0) stderr.write('no instances have run yet\n');
      const write = (printed: Printed): void =>
        stdout.write(shown(printed, { isJson, isOne: ids.length === 1, context }));
      if (values.follow) {
        await Promise.all(ids.map((instanceId) => follow(control, instanceId, { write, context })));
        return;
      }
      const printed = await printedBy(control, ids);
      if (isJson)
        stdout.write(`${safeJson({ lines: printed.map((one) => asJson(one, ids.length === 1)) }, 2)}\n`);
      else for (const one of printed) write(one);
    }),
});

/** The running instances; without any, the instances that ended lately. */
async function meant(
  control: Connected,
  { function: functionName }: { readonly function: string | undefined },
): Promise<readonly string[]> {
  const ref = functionName === undefined ? undefined : { functionName };
  const instances = await control.instances.list(ref, { ended: true });
  const running = instances.filter(isRunning);
  return (running.length > 0 ? running : instances).map(({ instanceId }) => instanceId);
}

function isRunning({ status }: InstanceInfo): boolean {
  return status !== 'Destroyed';
}

/** In the order of time, over all instances. */
async function printedBy(control: Connected, ids: readonly string[]): Promise<readonly Printed[]> {
  const logs = await Promise.all(
    ids.map(async (instanceId) =>
      (await control.instances.logs(instanceId)).map((line): Printed => ({ instanceId, line })),
    ),
  );
  return ids.length === 1 ? logs.flat() : logs.flat().sort((one, other) => one.line.at - other.line.at);
}

async function follow(
  control: Connected,
  instanceId: string,
  { write, context }: { readonly write: (printed: Printed) => void; readonly context: Context },
): Promise<void> {
  for await (const line of control.instances.followLogs(instanceId, context.stdout.closed))
    write({ instanceId, line });
}

function asJson({ instanceId, line }: Printed, isOne: boolean): object {
  return isOne ? line : { instanceId, ...line };
}

function shown(
  printed: Printed,
  {
    isJson,
    isOne,
    context,
  }: { readonly isJson: boolean; readonly isOne: boolean; readonly context: Context },
): string {
  if (isJson) return `${safeJson(asJson(printed, isOne))}\n`;
  const { dim, id } = context.stdout.style;
  const { instanceId, line } = printed;
  const prefix = isOne ? '' : `${id(instanceId)(sanitize(shortInstanceId(instanceId)))}  `;
  const safe = sanitize(line.text);
  return `${dim(timeOfDay(line.at))}  ${prefix}${line.source === 'platform' ? dim(safe) : safe}\n`;
}
