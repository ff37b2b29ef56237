import type { RequestRecord } from '../../model/request-record.js';
import { clientName, count, type Rule, shownRequest } from '../finding.js';

/** Fewer requests than this prove nothing. */
const LEAST_REQUESTS = 5;
/** Texts that programs send when a value is missing. */
const PLACEHOLDER = /^(undefined|null|none|nan|true|false|default|session(-?id)?|test|id|user|x+|0+|1)$/i;

/** Every client sends the same session ID, so that all share one session and one instance. */
export const oneIdForAll: Rule = {
  id: 'one-id-for-all',
  look({ records, facts }) {
    if (facts?.sessionAffinity !== 'HEADER_FIELD') return [];
    const served = records.filter(({ decision }) => decision?.sessionId !== undefined);
    const [first] = served;
    const ids = new Set(served.map(({ decision }) => decision?.sessionId));
    const [sessionId = ''] = ids;
    if (first === undefined || served.length < LEAST_REQUESTS || ids.size > 1) return [];
    const agents = [...new Set(served.map(({ evidence }) => evidence.userAgent ?? 'none'))];
    const together = mostAtOnce(served);
    const isPlaceholder = PLACEHOLDER.test(sessionId);
    if (agents.length < 2 && !isPlaceholder) return [];
    const header = facts.affinityHeaderFieldName ?? 'the affinity header';
    return [
      {
        message: `every request carries the same session ID "${sessionId}" in ${header}, so all clients share one session and one instance`,
        evidence: [
          `${count(served.length, 'request')}, one ID`,
          ...(agents.length > 1 ? [`User-Agents: ${agents.slice(0, 4).join(', ')}`] : []),
          ...(together > 1 ? [`${together} of them at once`] : []),
          `the first: ${shownRequest(first)}`,
        ],
        fix: `make each client create its own ID, for example with crypto.randomUUID(), and keep it; or send no ${header} in the first request, and keep the ID of the reply`,
      },
    ];
  },
};

function mostAtOnce(records: readonly RequestRecord[]): number {
  const moments = records
    .flatMap(({ at, durationMs }) => [
      { at, change: 1 },
      { at: at + durationMs, change: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.change - b.change);
  let now = 0;
  let most = 0;
  for (const { change } of moments) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}

/** An MCP server that names no session: its requests may go to any instance. */
export const mcpWithoutId: Rule = {
  id: 'mcp-without-id',
  look({ records }) {
    const nameless = records.filter(({ decision }) => {
      const code = decision?.hint?.code;
      return code === 'mcp-no-session-id' || code === 'mcp-endpoint-names-no-session';
    });
    const [first] = nameless;
    if (first === undefined) return [];
    const isSse = first.decision?.hint?.code === 'mcp-endpoint-names-no-session';
    return [
      {
        message: isSse
          ? 'the MCP server names no session in the URL of its endpoint event, so messages may go to any instance'
          : 'the MCP server never issues an Mcp-Session-Id, so its requests may go to any instance',
        evidence: [
          `${count(nameless.length, 'reply').replace('replys', 'replies')} without a session ID, to ${clientName(first)}`,
          `the first: ${shownRequest(first)}`,
        ],
        fix: isSse
          ? 'put sessionId=… into the URL of the endpoint event, as the MCP SDKs do'
          : 'make the transport of the server stateful (TypeScript: sessionIdGenerator: () => randomUUID()), or serve with --affinity none if it keeps no state',
      },
    ];
  },
};
