import type { EmulatorEvent, EndReason } from '../../model/events.js';
import { humanDuration } from '../../model/human-time.js';
import type { Exit, InstanceInfo } from '../../model/instance.js';
import { sanitize } from '../../model/sanitize.js';
import type { Session } from '../../model/session.js';
import { shortInstanceId, shortSessionId } from '../../model/short-id.js';
import type { Style } from '../output/style.js';

type TriggerEvent = Extract<EmulatorEvent, { readonly trigger: unknown }>;

/** Writes a session ID or an instance ID in a line of the log. */
interface Names {
  session(session: Session): string;
  instance(instanceId: string): string;
}

const WHY_ENDED: Readonly<Record<Exclude<EndReason, 'killed' | 'failed' | 'crashed'>, string>> = {
  idle: 'unused, no session left',
  unreachable: 'nothing listens at its address',
  unhealthy: 'its health check failed',
  'session-ended': 'its session has ended',
  superseded: 'a newer revision took over',
  stopped: 'the emulator ends',
};

/**
 * @returns the line of an event of sessions, instances, functions or the clock;
 *   undefined for events that a request line or the banner shows
 */
export function eventLine(event: EmulatorEvent, style: Style): string | undefined {
  const text = textOf(event, namesIn(style));
  return text === undefined ? undefined : style.dim(text);
}

function textOf(event: EmulatorEvent, { session, instance }: Names): string | undefined {
  switch (event.type) {
    case 'request.begin':
    case 'request.admitted':
    case 'request.end':
    case 'session.rebound':
    case 'instance.draining':
    case 'function.added':
    case 'walkthrough.step':
      return undefined;
    case 'session.opened':
      return event.by === 'request'
        ? undefined
        : `${session(event.session)} created on ${instance(event.session.containerId)}`;
    case 'session.reopened':
      return event.by === 'request'
        ? undefined
        : `${session(event.session)} created again on ${instance(event.session.containerId)}`;
    case 'session.updated': {
      const { sessionTTLInSeconds: ttl, sessionIdleTimeoutInSeconds: idle } = event.session;
      return `${session(event.session)} updated: TTL ${humanDuration(ttl)}, idle ${humanDuration(idle)}`;
    }
    case 'session.paused':
      return `${session(event.session)} paused`;
    case 'session.resumed':
      return `${session(event.session)} resumed on ${instance(event.session.containerId)}`;
    case 'session.expired':
      return `${session(event.session)} expired: ${whyExpired(event)}`;
    case 'session.deleted':
      return `${session(event.session)} ${DELETED[event.reason]}`;
    case 'instance.starting':
      return `${instance(event.instance.instanceId)} starting`;
    case 'instance.ready':
      return `${instance(event.instance.instanceId)} ready after ${event.at - event.instance.createdTimeMs} ms${inspectorOf(event.instance)}`;
    case 'instance.ended':
      return `${instance(event.instance.instanceId)} ${howEnded(event)}`;
    case 'clock.advanced':
      return `clock advanced by ${humanDuration(event.milliseconds / 1000)}, now ${event.clock.now}`;
    case 'clock.frozen':
      return `clock frozen at ${event.clock.now}`;
    case 'clock.resumed':
      return `clock runs again, now ${event.clock.now}`;
    case 'function.updated':
      return `function ${sanitize(event.function.config.functionName)} updated`;
    case 'function.removed':
      return `function ${sanitize(event.function.config.functionName)} removed`;
    case 'trigger.added':
      return `${trigger(event)} listens at ${event.trigger.httpTrigger.urlInternet}`;
    case 'trigger.updated':
      return `${trigger(event)} updated`;
    case 'trigger.removed':
      return `${trigger(event)} removed`;
    case 'version.published':
    case 'version.deleted':
      return `function ${sanitize(event.functionName)}: version ${event.version.versionId} ${event.type.slice('version.'.length)}`;
    case 'alias.created':
    case 'alias.updated':
      return `function ${sanitize(event.functionName)}: alias ${event.alias.aliasName} is version ${event.alias.versionId}`;
    case 'alias.deleted':
      return `function ${sanitize(event.functionName)}: alias ${event.alias.aliasName} deleted`;
  }
}

function inspectorOf({ inspector }: InstanceInfo): string {
  return inspector === undefined ? '' : `, inspector at ${sanitize(inspector)}`;
}

function trigger({ functionName, trigger: { triggerName } }: TriggerEvent): string {
  return `trigger ${sanitize(triggerName)} of function ${sanitize(functionName)}`;
}

const DELETED = {
  api: 'deleted',
  unanswered: 'discarded: no client received its ID',
  reply: 'ended by its instance',
  'instance-ended': 'ended with its instance',
} as const;

function whyExpired({
  session,
  reason,
}: {
  readonly session: Session;
  readonly reason: 'ttl' | 'idle' | 'affinity';
}): string {
  switch (reason) {
    case 'ttl':
      return `its TTL of ${humanDuration(session.sessionTTLInSeconds)} is over`;
    case 'idle':
      return `unused for ${humanDuration(session.sessionIdleTimeoutInSeconds)}`;
    case 'affinity':
      return 'its function has another affinity now';
  }
}

function howEnded({
  reason,
  exit,
  failure,
}: {
  readonly reason: EndReason;
  readonly exit: Exit;
  readonly failure?: { readonly code: string };
}): string {
  switch (reason) {
    case 'killed':
      return 'killed';
    case 'crashed':
      return exit.signal === null ? `exited: ${exitInWords(exit)}` : `died: ${exit.signal}`;
    case 'failed':
      return `did not start: ${failure?.code ?? 'failed'}, ${exitInWords(exit)}`;
    default:
      return `ended: ${WHY_ENDED[reason]}`;
  }
}

function exitInWords({ code, signal }: Exit): string {
  if (signal !== null) return signal;
  return code === null ? 'exit code unknown' : `exit code ${code}`;
}

function namesIn(style: Style): Names {
  const named = (kind: string, id: string, short: string): string =>
    `${kind} ${style.id(id)(sanitize(short))}`;
  return {
    session: ({ sessionId }) => named('session', sessionId, shortSessionId(sessionId)),
    instance: (instanceId) => named('instance', instanceId, shortInstanceId(instanceId)),
  };
}
