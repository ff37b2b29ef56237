import { isMcpSessionId } from '../../model/limits.js';
import { checksOf, hasStatus, judge, type StepResult, skip } from '../check.js';
import { describeAnswer, type RoundTrip } from '../round-trip.js';
import { compareInstances } from '../served-by.js';
import type { SessionRequest } from '../session-client.js';
import { fillInstance, goesElsewhere } from '../slots.js';
import { expectAffinity, NotWorking, once, onceAfter, type Suite } from '../suite.js';
import type { SuiteRun } from '../suite-run.js';
import { StreamableClient } from './mcp-streamable-client.js';

const UNKNOWN_REFUSED = 'status 404, as the protocol asks, so that the client initializes again';

/** The requests of the suite. Each is sent for the first check that uses it. */
type StreamableScene = ReturnType<typeof openScene>;

const check = checksOf<StreamableScene>();

/** Needs a server of MCP over Streamable HTTP at `/mcp`, or at the path of `--target`. */
export const mcpStreamable: Suite<StreamableScene> = {
  id: 'mcp-streamable',
  open: openScene,
  close: ({ client }) => client.endAll(),
  checks: [
    check('mcp-streamable.initialize.status', 'initialize is answered')
      .promises('status 200', 'mcpStreamable T01')
      .judge(async ({ first }) => hasStatus((await first()).answer, 200)),
    check('mcp-streamable.initialize.session-id', 'the reply to initialize names the session')
      .promises('one Mcp-Session-Id of visible ASCII', 'mcpStreamable T01 T11')
      .judge(async ({ first }) => namesSession(await first())),
    check('mcp-streamable.post.same-instance', 'requests with that ID go to the instance of initialize')
      .promises('the instance of initialize, three times', 'mcpStreamable T02')
      .judge(staysOnInstance),
    check('mcp-streamable.stream.head', 'the head of a GET stream does not wait for its first event')
      .promises('status 200, or 405 where the server offers no stream', 'mcpStreamable T02 T09')
      .judge(async ({ client, sessionId }) => {
        const stream = await client.stream(await sessionId());
        return { ...judge([200, 405].includes(stream.status), describeAnswer(stream)), judged: stream };
      }),
    check('mcp-streamable.second.other-id', 'a second initialize opens another session')
      .promises('another ID', 'mcpStreamable T01')
      .judge(async ({ second, sessionId }) => {
        const { answer, sessionIds } = await second();
        const [other] = sessionIds;
        const isOther = other !== undefined && other !== (await sessionId());
        return { ...judge(isOther, other ?? 'no ID'), judged: answer };
      }),
    check(
      'mcp-streamable.full.new-instance',
      'when the first instance is full, a new session goes to another instance',
    )
      .promises('another instance than that of the first session, which is full', 'mcpStreamable T07')
      .judge(async ({ first, beyond, filling }) =>
        goesElsewhere(await first(), await beyond(), await filling()),
      ),
    check('mcp-streamable.unknown.refused', 'an unknown session ID is refused')
      .promises(UNKNOWN_REFUSED, 'inferred U14')
      .judge(async ({ client }) => hasStatus((await client.ping(client.newId(), 'unknown ID')).answer, 404)),
    check('mcp-streamable.delete.agreed', 'DELETE ends the session where the server agrees')
      .promises('status 2xx, or 405 where the server refuses', 'mcpStreamable T03')
      .judge(async ({ deleted }) => {
        const answer = await deleted();
        const holds = isAgreed(answer) || answer.status === 405;
        return { ...judge(holds, describeAnswer(answer)), judged: answer };
      }),
    check('mcp-streamable.deleted.refused', 'the ID of an ended session is refused')
      .promises(UNKNOWN_REFUSED, 'inferred T04')
      .judge(async ({ client, sessionId, deleted }) => {
        const { answer } = await client.ping(await sessionId(), 'after DELETE');
        if (isAgreed(await deleted())) return hasStatus(answer, 404);
        return skip('the server does not let a client end its session');
      }),
  ],
};

function openScene(run: SuiteRun) {
  if (run.control !== undefined) expectAffinity(run.control, 'MCP_STREAMABLE');
  const client = new StreamableClient(run);
  const first = once(async () => {
    const request = await client.initialize('initialize');
    if (request.answer.status !== 200) throw new NotWorking('initialize', request.answer);
    return request;
  });
  const sessionId = async (): Promise<string> => (await first()).sessionIds[0] ?? '';
  /** Whether the first instance is full before the next request. */
  const filling = once(async () =>
    fillInstance(run, {
      on: await (await first()).servedBy(),
      occupied: 2,
      open: () => client.initialize(),
    }),
  );
  return {
    client,
    sessionId,
    first,
    second: once(() => client.initialize('initialize again')),
    filling,
    beyond: onceAfter(filling, () => client.initialize('one more')),
    deleted: once(async () => client.end(await sessionId())),
  };
}

function namesSession({ answer, sessionIds }: SessionRequest): StepResult {
  const [sessionId = ''] = sessionIds;
  return {
    ...judge(sessionIds.length === 1 && isMcpSessionId(sessionId), sessionIds.join(' and ') || 'none'),
    ends: 'the server named no session: it keeps none, and needs no affinity',
    judged: answer,
  };
}

async function staysOnInstance({ client, first, sessionId }: StreamableScene): Promise<StepResult> {
  const send = async (): Promise<StepResult> =>
    compareInstances(await first(), await client.ping(await sessionId(), 'its ID'), { wanted: 'same' });
  let result = await send();
  for (let sent = 1; sent < 3 && result.status === 'passed'; sent += 1) result = await send();
  return result;
}

function isAgreed({ status }: RoundTrip): boolean {
  return status >= 200 && status < 300;
}
