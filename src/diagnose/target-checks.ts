import { HeaderLines } from '../model/headers.js';
import { SESSION_COOKIE } from '../model/session.js';
import { count } from './finding.js';

/** The parts of a reply that the checks read. */
export interface TargetReply {
  readonly status: number;
  /** Header names and values in turn. */
  readonly lines: readonly string[];
  /** The instance that the emulator chose. Undefined when the target is no emulator. */
  readonly instanceId?: string | undefined;
}

/** The function as the control API describes it. */
export interface Deployed {
  readonly functionName: string;
  readonly sessionAffinity: string;
  readonly headerName: string | undefined;
  readonly state: string;
  readonly lastUpdateStatus: string;
  readonly reason: string;
  /** The instances of each revision, newest revision first. Only an emulator has this field. */
  readonly revisions?: readonly {
    readonly name: string;
    readonly instances: number;
    readonly sessions: number;
  }[];
}

/** One of the three checks of the vendor's page "why does affinity not work". */
export interface TargetCheck {
  readonly id: 'first-reply' | 'carried-on' | 'configured';
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly message: string;
  readonly fix?: string;
}

/** @returns the session ID in a reply, and the header that carries it */
export function givenId(
  { lines }: TargetReply,
  headerName: string | undefined,
): { readonly sessionId: string; readonly header: string } | undefined {
  const headers = new HeaderLines([...lines]);
  if (headerName !== undefined) {
    const sessionId = headers.get(headerName);
    return sessionId ? { sessionId, header: headerName } : undefined;
  }
  for (const line of headers.all('set-cookie')) {
    const [, sessionId] = new RegExp(`^\\s*${SESSION_COOKIE}=([^;]+)`).exec(line) ?? [];
    if (sessionId !== undefined) return { sessionId, header: 'Set-Cookie' };
  }
  return undefined;
}

/** Checks that the first reply has a session ID. */
export function checkFirstReply(reply: TargetReply, deployed: Deployed | undefined): TargetCheck {
  const headerName = deployed?.headerName;
  const id = 'first-reply';
  if (deployed?.sessionAffinity.startsWith('MCP'))
    return {
      id,
      status: 'skipped',
      message:
        'an MCP client opens its session with initialize: use verify --suite mcp-streamable or mcp-sse',
    };
  const given = givenId(reply, headerName);
  if (given !== undefined)
    return {
      id,
      status: 'passed',
      message: `the first reply (${reply.status}) gives a session ID in ${given.header}: ${given.sessionId}`,
    };
  const where = headerName === undefined ? `Set-Cookie: ${SESSION_COOKIE}` : headerName;
  return {
    id,
    status: 'failed',
    message: `the first reply (${reply.status}) has no ${where}`,
    fix: fixOfFirst(reply, deployed),
  };
}

function fixOfFirst({ status }: TargetReply, deployed: Deployed | undefined): string {
  if (deployed?.sessionAffinity === 'NONE')
    return 'configure session affinity for the function, and deploy it';
  if (status === 429) return 'all instances are full: end sessions, or raise the limits';
  if (status >= 400) return `the function did not answer (${status}): correct that first`;
  return 'check that session affinity is configured and deployed; with header affinity, give --api and --function, which tell the header name';
}

/** Checks that the second request, with the session ID, continues the session. */
export function checkCarriedOn(
  first: TargetReply,
  second: TargetReply | undefined,
  headerName: string | undefined,
): TargetCheck {
  const id = 'carried-on';
  if (second === undefined)
    return { id, status: 'skipped', message: 'the first reply gave no session ID that could be sent' };
  const again = givenId(second, headerName);
  if (again !== undefined)
    return {
      id,
      status: 'failed',
      message: `the second request sent the session ID, and its reply (${second.status}) gives another: ${again.sessionId}`,
      fix: 'the session was not found: check that a proxy or CDN before the function does not change the ID',
    };
  if (second.status >= 400)
    return {
      id,
      status: 'failed',
      message: `the second request, with the session ID, got ${second.status}`,
      fix: 'correct the answer of the function first',
    };
  if (
    first.instanceId !== undefined &&
    second.instanceId !== undefined &&
    first.instanceId !== second.instanceId
  )
    return {
      id,
      status: 'failed',
      message: `the second request, with the session ID, went to another instance: ${second.instanceId} after ${first.instanceId}`,
      fix: 'check with "fc-affinity instance list --all" whether the first instance ended before the second request',
    };
  const where = second.instanceId === undefined ? '' : `, by the same instance ${second.instanceId}`;
  return {
    id,
    status: 'passed',
    message: `the second request, with the session ID, was answered ${second.status} without a new one${where}`,
  };
}

/** Checks that affinity is configured and deployed. */
export function checkConfigured(deployed: Deployed | undefined): TargetCheck {
  const id = 'configured';
  if (deployed === undefined)
    return {
      id,
      status: 'skipped',
      message: 'no control API is known: give its URL with --api, and the function with --function',
    };
  const { sessionAffinity, state, lastUpdateStatus, reason, functionName } = deployed;
  if (sessionAffinity === 'NONE')
    return {
      id,
      status: 'failed',
      message: `function ${functionName} has no session affinity (sessionAffinity NONE)`,
      fix: 'set sessionAffinity and sessionAffinityConfig, as JSON: a plain word in s.yaml is ignored',
    };
  if (lastUpdateStatus !== 'Successful' || state === 'Failed' || state === 'Pending') {
    const why = reason === '' ? '' : `: ${reason}`;
    return {
      id,
      status: 'failed',
      message: `function ${functionName} has ${sessionAffinity}, and is not deployed: state ${state}, lastUpdateStatus ${lastUpdateStatus}${why}`,
      fix:
        lastUpdateStatus === 'InProgress' || state === 'Pending'
          ? 'wait for the update to end'
          : 'deploy it again',
    };
  }
  return {
    id,
    status: 'passed',
    message: `function ${functionName} has ${sessionAffinity}, deployed (lastUpdateStatus Successful)${revisionsText(deployed)}`,
  };
}

function revisionsText({ revisions = [] }: Deployed): string {
  if (revisions.length === 0) return '';
  const each = revisions.map(
    ({ name, instances, sessions }) =>
      `revision ${name} serves ${count(sessions, 'session')} on ${count(instances, 'instance')}`,
  );
  return `; ${each.join(', ')}`;
}
