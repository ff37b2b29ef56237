import type { Decision } from './admission.js';
import { humanDuration } from './human-time.js';
import type { PoolView, SlotHolder } from './pool-view.js';
import type { AttemptRecord, RequestRecord } from './request-record.js';
import type { Session } from './session.js';

/** What is known of a request. */
export interface ExplainInput {
  readonly record: RequestRecord;
  /** The requests of its session, oldest first; this one is among them. */
  readonly sameSession: readonly RequestRecord[];
  /** The session as it is now; undefined when it is not known any more. */
  readonly session: Pick<Session, 'sessionStatus' | 'containerId'> | undefined;
}

/** How IDs and times are written. */
export interface Wording {
  readonly session: (sessionId: string) => string;
  readonly instance: (instanceId: string) => string;
  readonly time: (instant: number) => string;
  readonly hint: (hint: NonNullable<RequestRecord['hint']>) => string;
}

/** A part of an explanation; its label comes before its first line. */
export interface Part {
  readonly label: string;
  readonly lines: readonly string[];
}

/** @returns why the request went where it went, and what became of it: parts in the order of what happened */
export function explain(input: ExplainInput, words: Wording): Part[] {
  const parts: Part[] = [
    { label: 'request', lines: requestLines(input, words) },
    { label: 'identity', lines: [identityLine(input.record, words)] },
    { label: 'session', lines: sessionLines(input, words) },
    { label: 'decision', lines: decisionLines(input.record, words) },
    { label: 'instances', lines: instanceLines(input.record, words) },
    { label: 'attempts', lines: input.record.attempts.map((one, at) => attemptLine(one, at, words)) },
    { label: 'response', lines: responseLines(input.record) },
    { label: 'note', lines: noteLines(input.record, words) },
  ];
  return parts.filter(({ lines }) => lines.length > 0);
}

function requestLines({ record }: ExplainInput, { time }: Wording): string[] {
  const { method, target, functionName, qualifier, at, durationMs, upgrade, evidence, entrance } = record;
  const from = evidence.userAgent === undefined ? '' : `, from ${evidence.userAgent}`;
  const page = evidence.origin === undefined ? '' : `, by a page of ${evidence.origin}`;
  return [
    `${method} ${target}${upgrade ? ' (upgrade)' : ''}`,
    `${entrance === 'api' ? 'by InvokeFunction ' : ''}at ${time(at)} for ${Math.round(durationMs)} ms, function ${functionName} (${qualifier})${from}${page}`,
  ];
}

function identityLine({ evidence, decision, refusal }: RequestRecord, { session }: Wording): string {
  const { cookie, cookies, presented } = evidence;
  const several = cookies === undefined ? '' : `; it sent ${cookies} session cookies, the first counts`;
  const named = presented ?? decision?.sessionId ?? '';
  switch (cookie) {
    case 'none':
      return 'no session cookie';
    case 'malformed':
      return `a session cookie that is not a session ID: it was not used${several}`;
    case 'unknown':
      return `the session cookie ${session(named)}, which names no session: it was not used${several}`;
    case 'expired':
      return `the session cookie ${session(named)}, whose session has ended${several}`;
    case 'known':
      return `the session cookie ${session(named)}${several}`;
    case undefined:
  }
  if (presented !== undefined) return `the session ID ${session(presented)}`;
  if (decision?.session === 'known' || decision?.session === 'reopened')
    return `the session ID ${session(named)}`;
  if (decision === undefined)
    return refusal === undefined ? 'not looked at' : 'refused before its session was looked up';
  return decision.session === 'none'
    ? 'none: the request belongs to no session'
    : 'no session ID, or a new one';
}

function sessionLines({ record, sameSession, session: now }: ExplainInput, words: Wording): string[] {
  const sessionId = record.decision?.sessionId;
  const boundTo = record.refusal?.pool?.boundTo;
  if (boundTo !== undefined)
    return [`${words.session(record.evidence.presented ?? '')}, on instance ${words.instance(boundTo)}`];
  if (sessionId === undefined) return ['none'];
  const place = sameSession.findIndex(({ requestId }) => requestId === record.requestId);
  const opener = sameSession.find(({ decision }) => decision?.session !== 'known');
  const id = words.session(sessionId);
  const lines: string[] = [];
  if (record.decision?.session === 'opened') lines.push(`${id}, opened by this request`);
  else if (record.decision?.session === 'reopened')
    lines.push(`${id}, opened again by this request under the ID of a session that had ended`);
  else if (opener === undefined)
    lines.push(`${id}, opened by the API, by an earlier run, or too long ago to be kept`);
  else lines.push(`${id}, opened at ${words.time(opener.at)} by request ${opener.requestId}`);
  lines.push(`of its requests this is number ${place + 1} of ${sameSession.length}`);
  for (const { decision, at } of sameSession)
    if (decision?.placement === 'rebound-after-crash')
      lines.push(
        `at ${words.time(at)} it moved to instance ${words.instance(decision.instanceId)}: its own had died`,
      );
  lines.push(now === undefined ? 'not known any more' : nowLine(now, words));
  return lines;
}

function nowLine(
  { sessionStatus, containerId }: NonNullable<ExplainInput['session']>,
  { instance }: Wording,
): string {
  const where =
    sessionStatus === 'Active' && containerId !== '' ? ` on instance ${instance(containerId)}` : '';
  return `now ${sessionStatus}${where}`;
}

const WHY: Readonly<Record<Decision['placement'], string>> = {
  bound: 'its session is bound to this instance, and no other was looked at',
  'first-fit': 'the oldest instance with a free slot',
  'scaled-out': 'a new instance, because none had a free slot',
  overflow: 'a new instance: slots were free, but those instances had all their requests in flight',
  'rebound-after-crash': "its session's instance had died, so that another took the session over",
  'round-robin': 'the request has no session, so that the instances take turns',
};

function decisionLines({ decision, refusal }: RequestRecord, { instance, hint }: Wording): string[] {
  if (decision === undefined)
    return refusal === undefined ? ['none was made'] : [`no instance: ${whyRefused(refusal.pool)}`];
  const lines = [
    `instance ${instance(decision.instanceId)}, ${decision.placement}: ${WHY[decision.placement]}`,
  ];
  return decision.hint === undefined ? lines : [...lines, hint(decision.hint)];
}

function whyRefused(pool: PoolView | undefined): string {
  if (pool === undefined) return 'the request was refused';
  const { boundTo, oldest, sessionsPerInstance } = pool;
  if (boundTo !== undefined) return 'its session is bound to one that has all its requests in flight';
  if (oldest.length === 0) return 'this version or alias has none, and no other may be started';
  const isFull = sessionsPerInstance > 0 && oldest.every(({ sessions }) => sessions >= sessionsPerInstance);
  const why = isFull ? 'all slots are taken' : 'those with a free slot have all their requests in flight';
  return `${sessionsPerInstance > 0 ? why : 'all have all their requests in flight'}, and no other may be started`;
}

function instanceLines({ decision, refusal }: RequestRecord, words: Wording): string[] {
  const pool = decision?.pool ?? refusal?.pool;
  if (pool === undefined) return [];
  const { size, oldest } = pool;
  const lines = oldest.map((one) => {
    const chosen = one.instanceId === decision?.instanceId ? CHOSEN : '';
    return `${instanceLine(one, pool, words)}${chosen}`;
  });
  if (size > oldest.length) lines.push(`and ${size - oldest.length} more`);
  else if (decision !== undefined && !oldest.some(({ instanceId }) => instanceId === decision.instanceId))
    lines.push(`${words.instance(decision.instanceId)}  started for this request${CHOSEN}`);
  return lines;
}

const CHOSEN = '  ← chosen';

function instanceLine(
  { instanceId, sessions, inFlight, heldBy }: PoolView['oldest'][number],
  { sessionsPerInstance, requestsPerInstance }: PoolView,
  words: Wording,
): string {
  const slots = sessionsPerInstance === 0 ? '' : `${sessions} of ${sessionsPerInstance} slots taken, `;
  const most = requestsPerInstance === undefined ? '' : ` of ${requestsPerInstance} requests`;
  const holders = heldBy === undefined ? '' : holdersText(heldBy, sessions, words);
  return `${words.instance(instanceId)}  ${slots}${inFlight}${most} in flight${holders}`;
}

/** Which sessions hold the slots. A slot that is reserved for a session without an ID has no name. */
function holdersText(heldBy: readonly SlotHolder[], slots: number, { session }: Wording): string {
  const names = heldBy.map(({ sessionId, unusedMs }) => {
    return `${session(sessionId)} (${useText(unusedMs)})`;
  });
  if (slots > names.length) names.push(`${slots - names.length} more`);
  return names.length === 0 ? '' : `; held by ${names.join(', ')}`;
}

function attemptLine(attempt: AttemptRecord, at: number, { instance }: Wording): string {
  const { decision, outcome, admittedMs, firstByteMs, endedMs, failure, retry } = attempt;
  const times = [
    `ready ${Math.round(admittedMs)} ms`,
    ...(firstByteMs === undefined ? [] : [`head of the reply ${Math.round(firstByteMs)} ms`]),
    `end ${Math.round(endedMs)} ms`,
  ].join(', ');
  const why = failure === undefined ? '' : `; ${failure.code}`;
  const again = retry === undefined ? '' : `; sent again: the connection was ${retry}`;
  return `${at + 1}. on ${instance(decision.instanceId)}: ${outcome} (${times})${why}${again}`;
}

function useText(unusedMs: number | undefined): string {
  if (unusedMs === undefined) return 'in use';
  return unusedMs < 1000 ? 'just used' : `unused for ${humanDuration(unusedMs / 1000)}`;
}

const ENDED: Readonly<Record<RequestRecord['outcome'], string>> = {
  completed: 'delivered whole',
  refused: 'sent by the emulator in place of the function',
  'client-closed': 'not delivered: the client left first',
  stopped: 'not delivered whole: the emulator stopped',
  broken: 'cut off: the reply began and could not be finished',
};

function responseLines({ status, outcome, refusal }: RequestRecord): string[] {
  const lines = [`${status}, ${ENDED[outcome]}`];
  if (refusal === undefined) return lines;
  const [first = ''] = refusal.message.split('\n');
  lines.push(`${refusal.code}: ${first}`);
  return refusal.fix === undefined ? lines : [...lines, `fix: ${refusal.fix}`];
}

/** What the client learns of its session, and hints. */
function noteLines(record: RequestRecord, { hint }: Wording): string[] {
  const { decision, evidence, upgrade, status, hint: note } = record;
  const lines: string[] = [];
  const isNew = decision?.session === 'opened' || decision?.session === 'reopened';
  if (isNew && upgrade && status === 101)
    lines.push('the 101 carries no session ID: the client cannot return to this session');
  else if (isNew && evidence.cookie !== undefined)
    lines.push('the reply carries the session ID in Set-Cookie');
  return note === undefined ? lines : [...lines, hint(note)];
}
