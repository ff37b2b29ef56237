import type { RequestRecord } from '../../model/request-record.js';
import { SESSION_COOKIE } from '../../model/session.js';
import { byClient, clientName, count, isOpening, type Rule, shownRequest } from '../finding.js';

/** With fewer sessions than this, each session may belong to a client of its own. */
const LEAST_SESSIONS = 3;
/** Programs that people start for one request. Several people with the same program look like one client. */
const ONE_REQUEST_A_RUN = /^(curl|wget|httpie|xh)\//i;
/** Requests with more time between them may come from several people. */
const ONE_PERSON_MS = 30_000;

/** A client gets a session cookie with each reply and never sends one. */
export const cookieNotReturned: Rule = {
  id: 'cookie-not-returned',
  resultOf: ['cookie-for-folder', 'two-session-cookies'],
  look({ records }) {
    const used = new Set(records.filter((one) => !isOpening(one)).map(({ decision }) => decision?.sessionId));
    return [...byClient(records)].flatMap(([client, requests]) => {
      if (requests.some(({ evidence }) => evidence.cookie !== undefined && evidence.cookie !== 'none'))
        return [];
      const opened = ofOneClient(
        requests.filter(
          (one) =>
            one.evidence.cookie === 'none' && isOpening(one) && !one.upgrade && one.method !== 'OPTIONS',
        ),
      );
      const [first] = opened;
      if (first === undefined || opened.length < LEAST_SESSIONS) return [];
      if (opened.some(({ decision }) => used.has(decision?.sessionId))) return [];
      const last = opened.at(-1) ?? first;
      return {
        client,
        message: `${clientName(first)} opened ${count(opened.length, 'session')} and used each once: it never sent the session cookie`,
        evidence: [
          `${count(opened.length, 'request')} without a session cookie, each with a new session`,
          `the first: ${shownRequest(first)}`,
          `the last: ${shownRequest(last)}`,
          ...(first.evidence.origin === undefined ? [] : [`sent by a page of ${first.evidence.origin}`]),
        ],
        fix: fixFor(first),
      };
    });
  },
};

/** @returns all requests; for a program that people start by hand, the longest series of requests with short pauses */
function ofOneClient(opened: readonly RequestRecord[]): readonly RequestRecord[] {
  if (!ONE_REQUEST_A_RUN.test(opened[0]?.evidence.userAgent ?? '')) return opened;
  let longest: RequestRecord[] = [];
  let series: RequestRecord[] = [];
  for (const one of opened) {
    const before = series.at(-1)?.at ?? one.at;
    if (one.at - before > ONE_PERSON_MS) series = [];
    series.push(one);
    if (series.length > longest.length) longest = series;
  }
  return longest;
}

function fixFor({ evidence, entrance }: RequestRecord): string {
  if (entrance === 'api')
    return `InvokeFunction keeps no cookies: send the session ID in commonHeaders, as Cookie: ${SESSION_COOKIE}=…`;
  const { mcp, origin, secFetchMode, userAgent = '' } = evidence;
  if (mcp)
    return 'serve an MCP server with --affinity mcp-streamable (or mcp-sse): MCP clients keep a session by its header, not by a cookie';
  if (origin !== undefined && secFetchMode === 'cors')
    return `call fetch with { credentials: 'include' }, and let the handler answer with Access-Control-Allow-Credentials: true and Access-Control-Allow-Origin: ${origin}`;
  if (/^(node|undici)\b/i.test(userAgent))
    return 'fetch of Node.js keeps no cookies: send the value of Set-Cookie back in the header Cookie, or use a cookie jar, for example the package fetch-cookie';
  if (/^curl\//i.test(userAgent)) return 'curl keeps cookies with -c and -b: curl -c jar -b jar …';
  if (/^python-requests\//i.test(userAgent)) return 'use requests.Session(), which keeps cookies';
  if (/^Go-http-client\//i.test(userAgent)) return 'give http.Client a Jar (net/http/cookiejar)';
  return 'make the client keep cookies, or serve with --affinity header and make the client send its own session ID';
}
