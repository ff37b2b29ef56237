import { HeaderLines } from '../model/headers.js';
import { SESSION_COOKIE } from '../model/session.js';
import { count } from './finding.js';

/** A reply of the target, as far as the checks look at it. */
export interface TargetReply {
  readonly status: number;
  /** Flat. */
  readonly lines: readonly string[];
  /** Where the emulator sent the request, if it is one. */
  readonly instanceId?: string | undefined;
}

/** What a control API says of the function. */
export interface Deployed {
  readonly functionName: string;
  readonly sessionAffinity: string;
  readonly headerName: string | undefined;
  readonly state: string;
  readonly lastUpdateStatus: string;
  readonly reason: string;
  /** The instances by the revision that they run, newest first; of an emulator. */
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

/** @returns the session ID that a reply gives its client, and the header that gives it */
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

/** Is there a session ID in the first reply? */
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
  if (status >= 400) return `the function did not answer (${status}): mend that first`;
  return 'is session affinity configured and deployed? With header affinity, name the header by --api and --function';
}

/** Is the session carried on when the client sends its ID? */
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
      fix: 'the session was not found: is the ID passed on unchanged by what stands between, as a proxy or CDN?',
    };
  if (second.status >= 400)
    return {
      id,
      status: 'failed',
      message: `the second request, with the session ID, got ${second.status}`,
      fix: 'mend the answer of the function first',
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
      fix: 'did the instance die between? fc-affinity instance list --all tells',
    };
  const where = second.instanceId === undefined ? '' : `, by the same instance ${second.instanceId}`;
  return {
    id,
    status: 'passed',
    message: `the second request, with the session ID, was answered ${second.status} without a new one${where}`,
  };
}

/** Is affinity configured, and deployed? */
export function checkConfigured(deployed: Deployed | undefined): TargetCheck {
  const id = 'configured';
  if (deployed === undefined)
    return {
      id,
      status: 'skipped',
      message: 'no control API is known: name it with --api, and the function with --function',
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
