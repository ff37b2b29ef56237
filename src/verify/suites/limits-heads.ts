import { MAX_HEADER_BYTES, MAX_TARGET_BYTES } from '../../model/limits.js';
import { checksOf, hasStatus, judge, type StepResult } from '../check.js';
import { describeAnswer } from '../round-trip.js';
import { isNotCalled, isRefusal, isRenamed, type SessionRequest } from '../session-client.js';
import { once, part } from '../suite.js';
import type { LimitsScene } from './limits-scene.js';

type Heads = ReturnType<typeof openHeads>;

const REFUSED = 'status 400, code InvalidArgument';

const check = checksOf<Heads>();

/** Request heads at the limit and one byte above it, unknown IDs and invalid IDs. */
export const HEADS = part<LimitsScene, Heads>({ open: openHeads }, [
  check('limits.target.4096', 'path and query of 4096 bytes are accepted')
    .promises('status 200', 'web G14')
    .judge(async (scene) => hasStatus((await sendTarget(scene, MAX_TARGET_BYTES)).answer, 200)),
  check('limits.target.4097', 'path and query of 4097 bytes are refused')
    .promises(REFUSED, 'web G14')
    .judge(async ({ longTarget }) => isRefusal(await longTarget(), 400, 'InvalidArgument')),
  check('limits.headers.8192', 'header lines of 8192 bytes in all are accepted')
    .promises('status 200', 'web G14')
    .judge(async (scene) => hasStatus((await sendLines(scene, MAX_HEADER_BYTES)).answer, 200)),
  check('limits.headers.8193', 'header lines of 8193 bytes in all are refused')
    .promises(REFUSED, 'web G14')
    .judge(async ({ longLines }) => isRefusal(await longLines(), 400, 'InvalidArgument')),
  check('limits.headers.not-called', 'the function is not called when the request head is too long')
    .promises('no instance', 'web G14')
    .judge(async ({ run, first, longTarget, longLines }) => {
      const { request } = await first();
      const ofTarget = await isNotCalled(run, await longTarget(), request);
      return ofTarget.status === 'passed' ? isNotCalled(run, await longLines(), request) : ofTarget;
    }),
  check('limits.id.unknown', 'an unknown ID opens a new session')
    .promises('a new session', 'inferred C22 U7')
    .judge((scene) => opensNew(scene, 'unknown ID', scene.run.ids.sessionId())),
  check('limits.id.malformed', 'an invalid ID opens a new session or is refused')
    .promises('a new session, or status 400', 'header H06 H07')
    .judge(async (scene) => {
      const { run, client } = scene;
      const sessionId = `-${run.ids.sessionId()}`;
      if (client.headerName === undefined) return opensNew(scene, 'malformed ID', sessionId);
      await run.endSessions();
      return isRefusal(await client.send(sessionId, { label: 'malformed ID' }), 400, 'InvalidArgument');
    }),
]);

function openHeads(scene: LimitsScene) {
  return {
    ...scene,
    longTarget: once(() => sendTarget(scene, MAX_TARGET_BYTES + 1)),
    longLines: once(() => sendLines(scene, MAX_HEADER_BYTES + 1)),
  };
}

/** Sends a request whose path and query have `bytes` bytes. */
async function sendTarget({ run, client, first }: LimitsScene, bytes: number): Promise<SessionRequest> {
  const { sessionId } = await first();
  const { origin, pathname, search } = run.url;
  const start = `${pathname}${search}${search === '' ? '?' : '&'}long=`;
  const url = new URL(`${origin}${start.padEnd(bytes, 'x')}`);
  return client.send(sessionId, { label: `path and query of ${bytes} bytes`, url });
}

/** Each line has four more bytes than its name and value, for `: ` and the line end. Host and Connection are always sent. */
async function sendLines({ run, client, first }: LimitsScene, bytes: number): Promise<SessionRequest> {
  const { sessionId } = await first();
  const lines = { Host: run.url.host, Connection: 'close', 'X-Long': '' };
  const used = Object.entries({ ...lines, ...client.carrying(sessionId) }).reduce(
    (sum, [name, value]) => sum + name.length + value.length + 4,
    0,
  );
  const headers = { ...lines, 'X-Long': 'x'.repeat(Math.max(0, bytes - used)) };
  return client.send(sessionId, { label: `header lines of ${bytes} bytes`, headers });
}

/** With cookie affinity the new session has an ID of the gateway; with header affinity it has the client's ID. */
async function opensNew({ run, client }: LimitsScene, label: string, sessionId: string): Promise<StepResult> {
  // Frees the slots: a function with few slots would refuse the request otherwise.
  await run.endSessions();
  const request = await client.send(sessionId, { label });
  const { answer, sessionIds, sessionLines } = request;
  const expected =
    client.headerName === undefined
      ? 'status 200, one Set-Cookie, of another session'
      : 'status 200, a session of that ID';
  if (answer.status !== 200) return { ...hasStatus(answer, 200), expected };
  const actual = sessionLines.join(' and ') || `${describeAnswer(answer)}, no session ID`;
  if (client.headerName === undefined) return { ...isRenamed(request), actual, expected };
  return { ...judge(sessionIds.length === 0, actual, expected), judged: answer };
}
