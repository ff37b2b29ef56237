import { FcError } from '../../model/errors.js';
import { wait } from '../../system/wait.js';
import { within } from '../../system/within.js';
import { checksOf, hasStatus, judge, type StepResult } from '../check.js';
import { EventStream, type StreamEvent } from '../event-stream.js';
import { describeAnswer } from '../round-trip.js';
import { compareInstances, type Served } from '../served-by.js';
import { SessionClient, type SessionRequest } from '../session-client.js';
import { expectAffinity, NotWorking, once, type Suite } from '../suite.js';
import type { SuiteRun } from '../suite-run.js';

const SESSION_PARAMETER = /[?&]session_?id=([^&#]+)/i;
const PATH = '/sse';
const ANSWER_LIMIT_MS = 10_000;
const TOO_LATE = 'no answer in 10 s';
const NO_SESSION = 'the stream names no session';

/** The stream of one session, and the messages of that session. */
type SseScene = ReturnType<typeof openScene>;

const check = checksOf<SseScene>();

/** Needs a server of MCP over HTTP+SSE, whose stream is at the function's `sseEndpointPath`, or at the path of `--target`. */
export const mcpSse: Suite<SseScene> = {
  id: 'mcp-sse',
  open: openScene,
  close: (scene) => scene.close(),
  checks: [
    check('mcp-sse.stream.endpoint', 'the first event of the stream names the endpoint of the session')
      .promises('an endpoint event whose URL holds sessionId or session_id', 'mcpSse S01 S05')
      .judge(async ({ endpoint }) => {
        const data = await endpoint();
        return { ...judge(SESSION_PARAMETER.test(data), data), ends: NO_SESSION };
      }),
    check('mcp-sse.message.status', 'a message to that endpoint is accepted')
      .promises('status 2xx', 'mcpSse S02')
      .judge(async ({ first }) => {
        const { answer } = (await first()).request;
        return { ...judge(isAccepted(await first()), describeAnswer(answer)), judged: answer };
      }),
    check('mcp-sse.message.same-instance', 'a message goes to the instance of its stream')
      .promises('the instance of the stream, three times', 'mcpSse S02')
      .judge(staysOnInstance),
    check('mcp-sse.message.answered', 'the answer to a message arrives on the stream')
      .promises('a message event with the ID of the request', 'mcpSse S02')
      .needs(async ({ first }) => (isAccepted(await first()) ? undefined : 'the message was not accepted'))
      .judge(isAnswered),
    check('mcp-sse.unknown.refused', 'a message with an unknown session ID is refused')
      .promises('status 404', 'inferred U13')
      .judge(async ({ run, ping }) => {
        const { request } = await ping('unknown ID', run.ids.sessionId());
        return hasStatus(request.answer, 404);
      }),
    check('mcp-sse.closed.refused', 'a message is refused when its stream is closed')
      .promises('status 404', 'inferred S11')
      .judge(isRefusedAfterClose),
  ],
};

function openScene(run: SuiteRun) {
  if (run.control !== undefined) expectAffinity(run.control, 'MCP_SSE');
  const url = streamUrl(run);
  let opened: EventStream | undefined;
  const stream = once(async () => {
    opened = await openStream(url, run);
    if (opened.status === 200) return opened;
    const answer = { status: opened.status, body: await opened.bodyStart() };
    throw new NotWorking(`GET ${url.pathname}`, answer);
  });
  /** The data of the stream's endpoint event. */
  const endpoint = once(async () => next(run, await stream(), ({ type }) => type === 'endpoint'));
  const client = new SessionClient(run);
  /** Sends a message to the endpoint of the stream, or to an endpoint with an unknown session ID. */
  const ping = async (label?: string, otherId?: string): Promise<Message> => {
    const { href } = new URL(await endpoint(), url);
    const [, sessionId = ''] = SESSION_PARAMETER.exec(href) ?? [];
    const id = run.ids.functionId();
    const inUrl = otherId ?? sessionId;
    const request = await client.send(undefined, {
      label,
      inUrl,
      url: new URL(href.replace(sessionId, inUrl)),
      headers: { 'Content-Type': 'application/json' },
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' }),
    });
    return { id, request };
  };
  return {
    run,
    stream,
    endpoint,
    client,
    ping,
    first: once(() => ping('message')),
    close: async () => opened?.close(),
  };
}

function streamUrl({ url, control }: SuiteRun): URL {
  if (url.pathname !== '/') return url;
  return new URL(control?.served.config.sessionAffinityConfig.sseEndpointPath ?? PATH, url);
}

async function openStream(url: URL, { target, clock }: SuiteRun): Promise<EventStream> {
  try {
    // A gateway that delays the stream delays its head too.
    const opening = EventStream.open(url, target.signal);
    if (await within(clock, ANSWER_LIMIT_MS, opening)) return await opening;
    opening.then(
      (stream) => stream.close(),
      () => {},
    );
    throw new Error(TOO_LATE);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FcError('BadResponse', `${url.href} opened no stream: ${why}`, { cause });
  }
}

/** The handler names the instance in the head of the stream. The control API records a request only at its end. */
async function staysOnInstance({ stream, ping, first }: SseScene): Promise<StepResult> {
  const instanceId = (await stream()).headers.get('x-instance');
  const { request } = await first();
  const held: Served =
    instanceId === undefined
      ? request
      : { servedBy: async () => ({ kind: 'known', instanceId, source: 'handler' }) };
  let result = await compareInstances(held, request, { wanted: 'same' });
  for (let sent = 1; sent < 3 && result.status === 'passed'; sent += 1) {
    const next = await ping('message');
    result = await compareInstances(held, next.request, { wanted: 'same' });
  }
  return result;
}

async function isAnswered({ run, stream, first }: SseScene): Promise<StepResult> {
  const { id } = await first();
  const data = await next(run, await stream(), (event) => event.data.includes(id));
  return judge(data.includes(id), data);
}

/** @returns the data of the next wanted event, or the reason why there is none */
async function next(
  { clock }: SuiteRun,
  stream: EventStream,
  isWanted: (event: StreamEvent) => boolean,
): Promise<string> {
  let data = 'the stream ended';
  const reading = stream.next(isWanted).then((event) => {
    data = event?.data ?? data;
  });
  return (await within(clock, ANSWER_LIMIT_MS, reading)) ? data : TOO_LATE;
}

/** The gateway notices a closed stream a moment later, so an accepted message is sent again, a few times. */
async function isRefusedAfterClose({ run, client, ping, close }: SseScene): Promise<StepResult> {
  await close();
  for (let sent = 1; ; sent += 1) {
    const { request } = await ping();
    if (request.answer.status >= 400 || sent === 20) {
      await client.show('closed stream', request);
      return hasStatus(request.answer, 404);
    }
    await wait(run.clock, 50);
  }
}

interface Message {
  /** The ID of the JSON-RPC request. */
  readonly id: string;
  readonly request: SessionRequest;
}

function isAccepted({ request }: Message): boolean {
  return request.answer.status >= 200 && request.answer.status < 300;
}
