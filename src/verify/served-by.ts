import { FcError } from '../model/errors.js';
import { judge, type StepResult, skip } from './check.js';
import type { RoundTrip } from './round-trip.js';
import type { Control, SuiteRun } from './suite-run.js';
import { DEFAULT_INSTANCE_FROM, type InstanceFrom } from './target.js';

/** The instance that served a response, and the source of that fact. The handler comes first, so that an emulator does not certify itself. */
export type ServedBy =
  | { readonly kind: 'known'; readonly instanceId: string; readonly source: 'handler' | 'control' | 'both' }
  /** The handler and the control API name different instances. */
  | { readonly kind: 'contradiction'; readonly message: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * @param sessionId the session of the request, if known. The control API gives the instance of that session.
 * @throws UnreachableError for the control API
 */
export async function whoServed(run: SuiteRun, answer: RoundTrip, sessionId?: string): Promise<ServedBy> {
  const { instanceFrom = DEFAULT_INSTANCE_FROM } = run.target;
  const handler = namedByHandler(answer, instanceFrom);
  const silence = whySilent(run, sessionId);
  if (run.control === undefined || sessionId === undefined || silence !== undefined) {
    if (handler !== undefined) return { kind: 'known', instanceId: handler, source: 'handler' };
    const missing = whatIsMissing(instanceFrom);
    return { kind: 'unknown', reason: `the handler does not name its instance (${missing}) and ${silence}` };
  }
  const control = await namedByControl(run.control, answer, sessionId);
  if (handler === undefined) {
    if (control !== undefined) return { kind: 'known', instanceId: control, source: 'control' };
    return { kind: 'contradiction', message: `the control API knows no session "${sessionId}"` };
  }
  if (handler === control) return { kind: 'known', instanceId: handler, source: 'both' };
  const other = control === undefined ? `knows no session "${sessionId}"` : `says "${control}"`;
  return { kind: 'contradiction', message: `the handler says "${handler}", the control API ${other}` };
}

/** A request, or an instance from another source. */
export interface Served {
  readonly answer?: RoundTrip;
  servedBy(): Promise<ServedBy>;
}

interface Comparison {
  readonly wanted: 'same' | 'other';
  /** The reason why a passed comparison does not prove the check. A failed comparison still fails it. */
  readonly unproven?: string | undefined;
}

/** Compares the instances of two responses. A contradiction fails the step; an unknown instance skips it. */
export async function compareInstances(
  one: Served,
  other: Served,
  { wanted, unproven }: Comparison,
): Promise<StepResult> {
  const [first, second] = [await one.servedBy(), await other.servedBy()];
  const judged = other.answer;
  if (first.kind !== 'known') return { ...notKnown(first), judged };
  if (second.kind !== 'known') return { ...notKnown(second), judged };
  const isSame = first.instanceId === second.instanceId;
  const holds = isSame === (wanted === 'same');
  const actual = isSame
    ? `instance ${second.instanceId}, the same`
    : `instance ${second.instanceId}, the first was ${first.instanceId}`;
  if (holds && unproven !== undefined) return { ...skip(unproven, actual), judged };
  const byControlAlone = first.source === 'control' || second.source === 'control';
  return { ...judge(holds, actual), byControlAlone, judged };
}

/** @returns the result of a step about an instance that is not known */
export function notKnown(servedBy: Exclude<ServedBy, { readonly kind: 'known' }>): StepResult {
  if (servedBy.kind === 'unknown') return skip(servedBy.reason);
  return { ...judge(false, servedBy.message), cause: 'the handler and the control API disagree' };
}

/** @returns the reason why the instance is not known */
export function whyUnknown(servedBy: Exclude<ServedBy, { readonly kind: 'known' }>): string {
  return servedBy.kind === 'unknown' ? servedBy.reason : servedBy.message;
}

/** @returns the instance for the table of requests */
export function instanceOf(servedBy: ServedBy): string | undefined {
  return servedBy.kind === 'known' ? servedBy.instanceId : undefined;
}

function namedByHandler({ headers, body }: RoundTrip, from: InstanceFrom): string | undefined {
  if ('header' in from) return headers.get(from.header) || undefined;
  // The flags g and y would make the expression remember its last position.
  const match = new RegExp(from.body.source, from.body.flags.replace(/[gy]/g, '')).exec(body);
  return (match?.[1] ?? match?.[0]) || undefined;
}

/** @returns the reason why the control API cannot name the instance; undefined when it can */
function whySilent({ control }: SuiteRun, sessionId: string | undefined): string | undefined {
  if (control === undefined) return 'there is no control API';
  if (sessionId === undefined) return 'the request has no session';
  if (!isMcp(control) || control.plane.requests !== undefined) return undefined;
  return 'the control API keeps no record of requests';
}

function isMcp({ served }: Control): boolean {
  return served.config.sessionAffinity.startsWith('MCP');
}

/** The sessions of MCP functions have no API: the record of the request names the instance. */
async function namedByControl(
  control: Control,
  answer: RoundTrip,
  sessionId: string,
): Promise<string | undefined> {
  const { plane, ref } = control;
  try {
    if (!isMcp(control)) return (await plane.sessions.get({ ...ref, sessionId })).containerId;
    const record = await plane.requests?.get(answer.headers.get('x-fc-request-id') ?? '');
    return record?.decision?.instanceId;
  } catch (error) {
    if (error instanceof FcError && error.status === 404) return undefined;
    throw error;
  }
}

function whatIsMissing(from: InstanceFrom): string {
  return 'header' in from ? `no header ${from.header}` : `nothing in the body matches ${from.body.source}`;
}
