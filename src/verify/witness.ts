import { FcError } from '../model/errors.js';
import type { Exchange } from './exchange.js';
import { type Finding, judge, skip } from './suite.js';
import { DEFAULT_INSTANCE_FROM, type InstanceFrom } from './target.js';
import type { Trial } from './trial.js';

/** Which instance served a response, and who says so. An emulator does not certify itself, so the handler is asked first. */
export type Witness =
  | { readonly kind: 'known'; readonly instanceId: string; readonly by: 'handler' | 'control' | 'both' }
  /** Handler and control API do not say the same. */
  | { readonly kind: 'contradiction'; readonly says: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * @param sessionId the session that the request belongs to, where one is known: the control API is asked where it lives
 * @throws UnreachableError for the control API
 */
export async function whoServed(trial: Trial, answer: Exchange, sessionId?: string): Promise<Witness> {
  const { instanceFrom = DEFAULT_INSTANCE_FROM } = trial.target;
  const handler = toldByHandler(answer, instanceFrom);
  if (trial.control === undefined || sessionId === undefined) {
    if (handler !== undefined) return { kind: 'known', instanceId: handler, by: 'handler' };
    const lacking = trial.control === undefined ? 'there is no control API' : 'the request has no session';
    return {
      kind: 'unknown',
      reason: `the handler does not name its instance (${placeOf(instanceFrom)}) and ${lacking}`,
    };
  }
  const control = await toldByControl(trial, sessionId);
  if (handler === undefined) {
    if (control !== undefined) return { kind: 'known', instanceId: control, by: 'control' };
    return { kind: 'contradiction', says: `the control API knows no session "${sessionId}"` };
  }
  if (handler === control) return { kind: 'known', instanceId: handler, by: 'both' };
  const other = control === undefined ? `knows no session "${sessionId}"` : `says "${control}"`;
  return { kind: 'contradiction', says: `the handler says "${handler}", the control API ${other}` };
}

/** How two responses' instances are to relate. */
interface Comparison {
  readonly first: Witness;
  readonly second: Witness;
  readonly wanted: 'same' | 'other';
  /** What is missing for the relation to prove anything; it can then still be disproved. */
  readonly lacking?: string;
}

/** Fails on a contradiction, is skipped where nobody says which instance it was. */
export function compareInstances({ first, second, wanted, lacking }: Comparison): Finding {
  if (first.kind === 'contradiction') return judge(false, first.says);
  if (second.kind === 'contradiction') return judge(false, second.says);
  if (first.kind === 'unknown') return skip(first.reason);
  if (second.kind === 'unknown') return skip(second.reason);
  const holds = (first.instanceId === second.instanceId) === (wanted === 'same');
  const by = first.by === 'control' || second.by === 'control' ? ', as the control API alone says' : '';
  const actual =
    first.instanceId === second.instanceId
      ? `instance ${second.instanceId}, the same${by}`
      : `instance ${second.instanceId}, the first was ${first.instanceId}${by}`;
  if (holds && lacking !== undefined) return skip(lacking, actual);
  return judge(holds, actual);
}

/** @returns why it is not known which instance served */
export function unknownInstance(witness: Exclude<Witness, { readonly kind: 'known' }>): string {
  return witness.kind === 'unknown' ? witness.reason : witness.says;
}

/** @returns the ID for the table, or what is known in its place */
export function instanceOf(witness: Witness): string | undefined {
  return witness.kind === 'known' ? witness.instanceId : undefined;
}

function toldByHandler({ headers, body }: Exchange, from: InstanceFrom): string | undefined {
  if ('header' in from) return headers.get(from.header) || undefined;
  // Without the flags that remember a position, the same expression can be used again and again.
  const match = new RegExp(from.body.source, from.body.flags.replace(/[gy]/g, '')).exec(body);
  return (match?.[1] ?? match?.[0]) || undefined;
}

async function toldByControl(trial: Trial, sessionId: string): Promise<string | undefined> {
  if (trial.control === undefined) return undefined;
  const { plane, ref } = trial.control;
  try {
    return (await plane.sessions.get({ ...ref, sessionId })).containerId;
  } catch (error) {
    if (error instanceof FcError && error.code === 'SessionNotFound') return undefined;
    throw error;
  }
}

function placeOf(from: InstanceFrom): string {
  return 'header' in from ? `no header ${from.header}` : `nothing in the body matches ${from.body.source}`;
}
