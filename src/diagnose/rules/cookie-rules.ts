import { humanDuration } from '../../model/human-time.js';
import type { RequestRecord } from '../../model/request-record.js';
import { byClient, clientName, count, isOpening, type Rule, shownRequest } from '../finding.js';

/** A client with two session cookies, for two folders, sends both, and only the first counts. */
export const twoSessionCookies: Rule = {
  id: 'two-session-cookies',
  look({ records }) {
    return [...byClient(records)].flatMap(([client, requests]) => {
      const several = requests.filter(({ evidence }) => evidence.cookies !== undefined);
      const [first] = several;
      if (first === undefined) return [];
      return {
        client,
        message: `${clientName(first)} sends ${first.evidence.cookies} session cookies, and only the first counts`,
        evidence: [
          `${count(several.length, 'request')} with several session cookies`,
          `the first: ${shownRequest(first)}`,
        ],
        fix: 'send the first request of a client to /, and delete the cookies of the folders: a cookie without Path belongs to the folder of the page that set it',
      };
    });
  },
};

/** A cookie jar does not distinguish ports, so functions on two ports overwrite each other's session cookie. */
export const jarSharedByPorts: Rule = {
  id: 'jar-shared-by-ports',
  look({ functionName, all }) {
    const strays = straysIn(all).filter(({ record }) => record.functionName === functionName);
    const [first] = strays;
    if (first === undefined) return [];
    const { record, owner } = first;
    // Both functions lose their sessions by one mistake, so only the first of them is reported.
    const isTold = straysIn(all).some(
      (one) => one.record.functionName === owner && one.owner === functionName,
    );
    if (isTold && owner < functionName) return [];
    return [
      {
        message: `${clientName(record)} sends the session cookie of function ${owner} to function ${functionName}: a cookie jar does not distinguish ports`,
        evidence: [
          `${count(strays.length, 'request')} with a cookie of another function`,
          `the first: ${shownRequest(record)}`,
        ],
        fix: `open them under two names, for example http://${functionName}.localhost and http://${owner}.localhost with their ports: each has its own cookie`,
      },
    ];
  },
};

/** @returns the requests whose session cookie belongs to another function, with the name of that function */
function straysIn(
  all: readonly RequestRecord[],
): { readonly record: RequestRecord; readonly owner: string }[] {
  const owners = new Map<string, string>();
  for (const { decision, functionName } of all)
    if (decision?.sessionId !== undefined) owners.set(decision.sessionId, functionName);
  return all.flatMap((record) => {
    const { cookie, presented = '' } = record.evidence;
    const owner = owners.get(presented);
    return cookie === 'unknown' && owner !== undefined && owner !== record.functionName
      ? [{ record, owner }]
      : [];
  });
}

/** A 101 reply carries no session ID, so the client cannot use the session again that its upgrade opened. */
export const upgradeWithoutId: Rule = {
  id: 'upgrade-without-id',
  look({ records }) {
    const opened = records.filter(
      (one) =>
        one.upgrade &&
        one.status === 101 &&
        one.decision?.session === 'opened' &&
        one.evidence.presented === undefined,
    );
    const [first] = opened;
    if (first === undefined) return [];
    return [
      {
        message: `${clientName(first)} opened ${count(opened.length, 'session')} by a WebSocket: the 101 carries no session ID, so no other request can use them`,
        evidence: [
          `${count(opened.length, 'upgrade')} without a session ID`,
          `the first: ${shownRequest(first)}`,
        ],
        fix: 'load a page, or make another request, before the WebSocket, and send its session ID with the upgrade (socket.io: transports polling, then websocket, and a client that keeps cookies)',
      },
    ];
  },
};

/** A client sends a session ID with characters or a length that are not allowed. */
export const malformedId: Rule = {
  id: 'malformed-id',
  look({ records, facts }) {
    const bad = records.filter(
      ({ evidence, refusal }) =>
        evidence.cookie === 'malformed' || /^sessionId must be /.test(refusal?.message ?? ''),
    );
    const [first] = bad;
    if (first === undefined) return [];
    const isCookie = first.evidence.cookie === 'malformed';
    const name = facts?.affinityHeaderFieldName ?? 'the affinity header';
    return [
      {
        message: isCookie
          ? `${clientName(first)} sends a session cookie that is not a valid session ID, so it is ignored`
          : `${clientName(first)} sends an invalid session ID in ${name}, and is refused with 400`,
        evidence: [
          `${count(bad.length, 'request')} with such an ID`,
          `the first: ${shownRequest(first)}`,
          ...(first.refusal === undefined ? [] : [first.refusal.message]),
        ],
        fix: isCookie
          ? 'send the cookie back unchanged, as Set-Cookie gave it'
          : 'an ID has 1 to 64 letters, digits, "_" or "-", and does not begin with "-"; a UUID is one',
      },
    ];
  },
};

/** Every slot is taken by a session that nobody ended. */
export const sessionsPileUp: Rule = {
  id: 'sessions-pile-up',
  resultOf: ['cookie-not-returned', 'cookie-for-folder', 'upgrade-without-id', 'jar-shared-by-ports'],
  look({ records, facts }) {
    const refused = records.filter(
      ({ refusal }) =>
        refusal?.code === 'ResourceExhausted' && /instances of the function are full/.test(refusal.message),
    );
    const [first] = refused;
    if (first === undefined) return [];
    const opened = records.filter(isOpening).length;
    const idle =
      facts === undefined
        ? ''
        : `; an unused session keeps its slot for ${humanDuration(facts.sessionIdleTimeoutInSeconds)}`;
    return [
      {
        message: `all instances are full of sessions: ${count(refused.length, 'request')} got 429`,
        evidence: [
          `${count(opened, 'session')} opened${idle}`,
          `the first refused request: ${shownRequest(first)}`,
        ],
        fix: 'end sessions that are no longer used (session delete, DeleteSession), shorten --idle, or raise --sessions-per-instance or --max-instances',
      },
    ];
  },
};

/** A session ended "just before" its next use if the pause was at most this much longer than the idle time. */
const JUST = 3;

/** A client used a session shortly after it had ended by idle time. */
export const idleBeforeUse: Rule = {
  id: 'idle-before-use',
  look({ records, facts }) {
    if (facts === undefined || facts.sessionIdleTimeoutInSeconds === 0) return [];
    const idleMs = facts.sessionIdleTimeoutInSeconds * 1000;
    const lastUse = new Map<string, number>();
    const late = records.flatMap((record) => {
      const { decision, evidence, at, durationMs } = record;
      const sessionId = evidence.presented ?? decision?.sessionId;
      if (sessionId === undefined) return [];
      const last = lastUse.get(sessionId);
      lastUse.set(decision?.sessionId ?? sessionId, at + durationMs);
      const hasEnded = decision?.session === 'reopened' || evidence.cookie === 'expired' || isGone(record);
      if (!hasEnded || last === undefined) return [];
      const waited = at - last;
      return waited >= idleMs && waited < JUST * idleMs ? [{ record, waited }] : [];
    });
    const [first] = late;
    if (first === undefined) return [];
    const seconds = Math.round(first.waited / 1000);
    return [
      {
        message: `${count(late.length, 'session')} ended by idle time just before ${late.length === 1 ? 'it was' : 'they were'} used again, so ${late.length === 1 ? 'its' : 'their'} state was lost`,
        evidence: [
          `unused for ${seconds} s, the idle time is ${facts.sessionIdleTimeoutInSeconds} s`,
          `the request that came too late: ${shownRequest(first.record)}`,
        ],
        fix: `raise --idle (sessionIdleTimeoutInSeconds) above ${seconds} s, or make the client use the session at least every ${facts.sessionIdleTimeoutInSeconds} s`,
      },
    ];
  },
};

function isGone({ refusal }: { readonly refusal?: { readonly code: string } | undefined }): boolean {
  return refusal?.code === 'SessionNotFound' || refusal?.code === 'SessionExpired';
}
