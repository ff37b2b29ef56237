import { MAX_HEADER_BYTES, MAX_TARGET_BYTES } from '../../model/limits.js';
import type { Step } from '../report.js';
import { type Finding, judge } from '../suite.js';
import type { Trial } from '../trial.js';
import { describe, isRefusal, isStatus, type SessionClient, type SessionVisit } from './session-client.js';

/** A request that opened a session, and that session. */
interface Opened {
  readonly first: SessionVisit;
  readonly sessionId: string;
}

/** Heads that are just not, and just, too long; IDs that are none. */
export async function* heads(
  trial: Trial,
  client: SessionClient,
  { first, sessionId }: Opened,
): AsyncGenerator<Step> {
  const withTarget = (bytes: number): Promise<SessionVisit> =>
    client.send(sessionId, { label: `path and query of ${bytes} bytes`, url: longTarget(trial.url, bytes) });
  const withLines = (bytes: number): Promise<SessionVisit> =>
    client.send(sessionId, {
      label: `header lines of ${bytes} bytes`,
      headers: longLines(trial.url, client.carrying(sessionId), bytes),
    });

  const target = await withTarget(MAX_TARGET_BYTES);
  yield trial.step('limits.target.4096', isStatus(target, 200), target.answer);
  const longerTarget = await withTarget(MAX_TARGET_BYTES + 1);
  yield trial.step(
    'limits.target.4097',
    isRefusal(longerTarget, 400, 'InvalidArgument'),
    longerTarget.answer,
  );
  const lines = await withLines(MAX_HEADER_BYTES);
  yield trial.step('limits.headers.8192', isStatus(lines, 200), lines.answer);
  const longerLines = await withLines(MAX_HEADER_BYTES + 1);
  yield trial.step('limits.headers.8193', isRefusal(longerLines, 400, 'InvalidArgument'), longerLines.answer);
  const unheard = await Promise.all(
    [longerTarget, longerLines].map((refused) => client.isUnheard(refused, first)),
  );
  const worst = unheard.find(({ status }) => status !== 'passed') ?? judge(true, 'no instance names itself');
  yield trial.step('limits.headers.not-called', worst);

  // On a function with few places these must not meet its ceiling.
  await trial.endSessions();
  const stranger = trial.ids.sessionId();
  const unknown = await client.send(stranger, { label: 'unknown ID' });
  yield trial.step('limits.id.unknown', opensNew(client, unknown, stranger), unknown.answer);
  await trial.endSessions();
  const wrong = `-${trial.ids.sessionId()}`;
  const malformed = await client.send(wrong, { label: 'malformed ID' });
  const verdict =
    client.headerName === undefined
      ? opensNew(client, malformed, wrong)
      : isRefusal(malformed, 400, 'InvalidArgument');
  yield trial.step('limits.id.malformed', verdict, malformed.answer);
}

/** @returns that URL with so long a query that path and query have that many bytes */
function longTarget(url: URL, bytes: number): URL {
  const start = `${url.pathname}${url.search}${url.search === '' ? '?' : '&'}long=`;
  return new URL(`${url.origin}${start.padEnd(bytes, 'x')}`);
}

/** A line counts with the four bytes that part name and value and end it. Host and Connection are sent in any case. */
function longLines(
  url: URL,
  session: Readonly<Record<string, string>>,
  bytes: number,
): Record<string, string> {
  const lines = { Host: url.host, Connection: 'close', 'X-Long': '' };
  const used = Object.entries({ ...lines, ...session }).reduce(
    (sum, [name, value]) => sum + name.length + value.length + 4,
    0,
  );
  return { ...lines, 'X-Long': 'x'.repeat(Math.max(0, bytes - used)) };
}

/** By cookie under an ID of the gateway's own; by header under the client's. */
function opensNew({ headerName }: SessionClient, visit: SessionVisit, sent: string): Finding {
  const { answer, told, toldLines } = visit;
  const actual =
    answer.status === 200 ? toldLines.join(' and ') || 'status 200, no ID told' : describe(answer);
  if (headerName !== undefined) {
    return judge(answer.status === 200 && told.length === 0, actual, 'status 200, a session of that ID');
  }
  const isRenamed = told.length === 1 && told[0] !== sent;
  return judge(answer.status === 200 && isRenamed, actual, 'status 200, one Set-Cookie, of another session');
}
