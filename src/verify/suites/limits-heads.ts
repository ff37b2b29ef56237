import { MAX_HEADER_BYTES, MAX_TARGET_BYTES } from '../../model/limits.js';
import { judge, type StepResult } from '../check.js';
import type { Step } from '../report.js';
import { describeAnswer, hasStatus } from '../round-trip.js';
import type { SuiteRun } from '../suite-run.js';
import { isRefusal, type SessionClient, type SessionRequest } from './session-client.js';

/** A request that opened a session, and that session. */
interface Opened {
  readonly first: SessionRequest;
  readonly sessionId: string;
}

/** Request heads at the limit and one byte above it; unknown and malformed IDs. */
export async function* heads(
  run: SuiteRun,
  client: SessionClient,
  { first, sessionId }: Opened,
): AsyncGenerator<Step> {
  const withTarget = (bytes: number): Promise<SessionRequest> =>
    client.send(sessionId, { label: `path and query of ${bytes} bytes`, url: longTarget(run.url, bytes) });
  const withLines = (bytes: number): Promise<SessionRequest> =>
    client.send(sessionId, {
      label: `header lines of ${bytes} bytes`,
      headers: longLines(run.url, client.carrying(sessionId), bytes),
    });

  const target = await withTarget(MAX_TARGET_BYTES);
  yield run.step('limits.target.4096', hasStatus(target.answer, 200), target.answer);
  const longerTarget = await withTarget(MAX_TARGET_BYTES + 1);
  yield run.step('limits.target.4097', isRefusal(longerTarget, 400, 'InvalidArgument'), longerTarget.answer);
  const lines = await withLines(MAX_HEADER_BYTES);
  yield run.step('limits.headers.8192', hasStatus(lines.answer, 200), lines.answer);
  const longerLines = await withLines(MAX_HEADER_BYTES + 1);
  yield run.step('limits.headers.8193', isRefusal(longerLines, 400, 'InvalidArgument'), longerLines.answer);
  const notCalled = await Promise.all(
    [longerTarget, longerLines].map((refused) => client.isNotCalled(refused, first)),
  );
  const worst =
    notCalled.find(({ status }) => status !== 'passed') ?? judge(true, 'no instance names itself');
  yield run.step('limits.headers.not-called', worst);

  // Frees the slots, so that these requests do not meet the ceiling of a function with few slots.
  await run.endSessions();
  const unknownId = run.ids.sessionId();
  const unknown = await client.send(unknownId, { label: 'unknown ID' });
  yield run.step('limits.id.unknown', opensNew(client, unknown, unknownId), unknown.answer);
  await run.endSessions();
  const wrong = `-${run.ids.sessionId()}`;
  const malformed = await client.send(wrong, { label: 'malformed ID' });
  const verdict =
    client.headerName === undefined
      ? opensNew(client, malformed, wrong)
      : isRefusal(malformed, 400, 'InvalidArgument');
  yield run.step('limits.id.malformed', verdict, malformed.answer);
}

/** @returns that URL with a query that makes path and query that many bytes long */
function longTarget(url: URL, bytes: number): URL {
  const start = `${url.pathname}${url.search}${url.search === '' ? '?' : '&'}long=`;
  return new URL(`${url.origin}${start.padEnd(bytes, 'x')}`);
}

/** Each line counts with four more bytes, for `: ` and its end. Host and Connection are always sent. */
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
function opensNew({ headerName }: SessionClient, request: SessionRequest, sent: string): StepResult {
  const { answer, sessionIds, sessionLines } = request;
  const actual =
    answer.status === 200
      ? sessionLines.join(' and ') || 'status 200, no session ID'
      : describeAnswer(answer);
  if (headerName !== undefined) {
    return judge(
      answer.status === 200 && sessionIds.length === 0,
      actual,
      'status 200, a session of that ID',
    );
  }
  const isRenamed = sessionIds.length === 1 && sessionIds[0] !== sent;
  return judge(answer.status === 200 && isRenamed, actual, 'status 200, one Set-Cookie, of another session');
}
