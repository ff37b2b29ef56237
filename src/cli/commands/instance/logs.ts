import { type Joined, LogJoiner } from '../../../diagnose/log-joiner.js';
import { FcError } from '../../../model/errors.js';
import { timeOfDay } from '../../../model/human-time.js';
import type { InstanceInfo } from '../../../model/instance.js';
import type { RequestRecord } from '../../../model/request-record.js';
import { sanitize } from '../../../model/sanitize.js';
import { shortInstanceId, shortSessionId } from '../../../model/short-id.js';
import { command } from '../../command.js';
import { CONNECTION, type Connected, withControl } from '../../connect.js';
import type { Context } from '../../context.js';
import { UsageError } from '../../errors.js';
import { findRequest } from '../../find-request.js';
import { flag, text } from '../../options/option-kinds.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';
import { safeJson } from '../../output/safe-json.js';
import { fullInstanceId } from '../../resolve-id.js';

/** A line, the request that it belongs to, and the instance that printed it. */
interface Printed extends Joined {
  readonly instanceId: string;
  /** The record of the request that the line begins or ends, if known. */
  readonly record?: RequestRecord | undefined;
}

export const logs = command({
  operands: '[id]',
  options: {
    follow: flag('-f, --follow', 'show new lines until Ctrl-C', { flagOnly: true }),
    request: text('--request <id>', 'only the lines of this request; the end of its ID is enough', {
      flagOnly: true,
    }),
    function: text('--function <name>', 'without an ID: only instances of this function'),
    ...OUTPUT,
    ...CONNECTION,
  },
  examples: [
    '  fc-affinity instance logs -f',
    '  fc-affinity instance logs 6a118cc5',
    '  fc-affinity instance logs --request 67fab329',
  ].join('\n'),
  notes: [
    'Without an ID: the logs of all running instances. Each line starts with the',
    'end of its instance ID. If none runs: the logs of recently ended instances.',
    'The lines FC Invoke Start and End show the request and its response.',
  ].join('\n'),
  run: ({ values, operands: [id] }, context) =>
    withControl({ values }, context, async (control) => {
      const { stdout, stderr } = context;
      const isJson = outputForm(values) === 'json';
      if (values.request !== undefined && (values.follow || id !== undefined))
        throw new UsageError(
          `--request and ${values.follow ? '--follow' : 'an instance'} exclude each other`,
        );
      const request = values.request === undefined ? undefined : await findRequest(control, values.request);
      const ids = request === undefined ? await chosen(control, id, values) : instancesOf(request);
      if (ids.length === 0) stderr.write(request === undefined ? NOT_RUN : REFUSED);
      const write = (printed: Printed): void =>
        stdout.write(shown(printed, { isJson, isOne: ids.length === 1, context }));
      if (values.follow) {
        await Promise.all(ids.map((instanceId) => follow(control, instanceId, { write, context })));
        return;
      }
      const all = await printedBy(control, ids);
      const printed = request === undefined ? all : all.filter((one) => mayBeOf(request.requestId, one));
      if (isJson)
        stdout.write(`${safeJson({ lines: printed.map((one) => asJson(one, ids.length === 1)) }, 2)}\n`);
      else for (const one of printed) write(one);
    }),
});

const NOT_RUN = 'no instances have run yet\n';
const REFUSED =
  'the request was refused before an instance was chosen: fc-affinity explain shows the reason\n';

async function chosen(
  control: Connected,
  id: string | undefined,
  values: { readonly function: string | undefined },
): Promise<readonly string[]> {
  return id === undefined ? meant(control, values) : [await fullInstanceId(control, id)];
}

function instancesOf({ attempts }: RequestRecord): string[] {
  return [...new Set(attempts.map(({ decision }) => decision.instanceId))];
}

/** When several requests were in flight, a line may belong to any of them. */
function mayBeOf(wanted: string, { requestId, inFlight }: Printed): boolean {
  return requestId === undefined ? inFlight.includes(wanted) : requestId === wanted;
}

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

/** Sorts the lines of all instances by time. */
async function printedBy(control: Connected, ids: readonly string[]): Promise<readonly Printed[]> {
  const [logs, records] = await Promise.all([
    Promise.all(ids.map((instanceId) => control.instances.logs(instanceId))),
    control.requests.list(),
  ]);
  const byId = new Map(records.map((record) => [record.requestId, record]));
  const printed = logs.map((lines, at) => {
    const joiner = new LogJoiner();
    const instanceId = ids[at] ?? '';
    return lines.map((line): Printed => {
      const joined = joiner.join(line);
      return { ...joined, instanceId, record: byId.get(joined.requestId ?? '') };
    });
  });
  return ids.length === 1 ? printed.flat() : printed.flat().sort((one, other) => one.line.at - other.line.at);
}

async function follow(
  control: Connected,
  instanceId: string,
  { write, context }: { readonly write: (printed: Printed) => void; readonly context: Context },
): Promise<void> {
  const joiner = new LogJoiner();
  for await (const line of control.instances.followLogs(instanceId, context.stdout.closed)) {
    const joined = joiner.join(line);
    write({ ...joined, instanceId, record: await ended(control, joined) });
  }
}

/** @returns the record of a request after its last line; undefined when there is no record (yet) */
async function ended(
  { requests }: Connected,
  { mark, requestId = '' }: Joined,
): Promise<RequestRecord | undefined> {
  if (mark !== 'End') return undefined;
  try {
    return await requests.get(requestId);
  } catch (error) {
    if (error instanceof FcError) return undefined;
    throw error;
  }
}

function asJson({ instanceId, line, requestId }: Printed, isOne: boolean): object {
  const joined = requestId === undefined ? line : { ...line, requestId };
  return isOne ? joined : { instanceId, ...joined };
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
  const safe = sanitize(`${line.text}${requestInWords(printed)}`);
  return `${dim(timeOfDay(line.at))}  ${prefix}${line.source === 'platform' ? dim(safe) : safe}\n`;
}

function requestInWords({ mark, record }: Printed): string {
  if (mark === undefined || record === undefined) return '';
  const { method, target, status, durationMs, decision } = record;
  if (mark === 'Start') return `  ${method} ${target}`;
  const session = decision?.sessionId === undefined ? '' : `, session ${shortSessionId(decision.sessionId)}`;
  return `  ${status} after ${Math.round(durationMs)} ms${session}`;
}
