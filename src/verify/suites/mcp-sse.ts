import { FcError } from '../../model/errors.js';
import { wait } from '../../system/wait.js';
import { within } from '../../system/within.js';
import { judge, type StepResult, skip } from '../check.js';
import { EventStream, type StreamEvent } from '../event-stream.js';
import type { Step } from '../report.js';
import { describeAnswer, hasStatus, type RoundTrip } from '../round-trip.js';
import { compareInstances, instanceOf, type ServedBy, whoServed } from '../served-by.js';
import { stepByStep } from '../step-by-step.js';
import { NotWorking } from '../suite.js';
import type { SuiteRun } from '../suite-run.js';
import { MCP_SSE_CHECKS } from './mcp-checks.js';
import { checkAffinity } from './mcp-streamable.js';

const SESSION_PARAMETER = /[?&]session_?id=([^&#]+)/i;
const PATH = '/sse';
const ANSWER_LIMIT_MS = 10_000;
const NOT_ACCEPTED = 'the message was not accepted';

/** Needs a server of MCP over HTTP+SSE, whose stream is at the function's `sseEndpointPath`, or at the path of `--target`. */
export const mcpSse = stepByStep({ id: 'mcp-sse', checks: MCP_SSE_CHECKS, steps });

async function* steps(run: SuiteRun): AsyncGenerator<Step> {
  checkAffinity(run, 'MCP_SSE');
  const url = streamUrl(run);
  const stream = await openStream(url, run);
  try {
    if (stream.status !== 200) {
      const answer = { status: stream.status, body: await stream.bodyStart() };
      throw new NotWorking(`GET ${url.pathname}: ${describeAnswer(answer)}`);
    }
    const endpoint = await stream.next(({ type }) => type === 'endpoint');
    const [, sessionId] = SESSION_PARAMETER.exec(endpoint?.data ?? '') ?? [];
    yield run.step(
      'mcp-sse.stream.endpoint',
      judge(sessionId !== undefined, endpoint?.data ?? 'the stream ended'),
    );
    if (endpoint === undefined || sessionId === undefined)
      throw new NotWorking('the stream names no session');

    const messages = new Messages(run, new URL(endpoint.data, url), sessionId);
    const first = await messages.ping('message');
    const isAccepted = first.answer.status >= 200 && first.answer.status < 300;
    yield run.step('mcp-sse.message.status', judge(isAccepted, describeAnswer(first.answer)), first.answer);
    yield run.step('mcp-sse.message.same-instance', await staysOn(stream, messages, first));
    yield run.step(
      'mcp-sse.message.answered',
      isAccepted ? await isAnswered(run, stream, first) : skip(NOT_ACCEPTED),
    );
    const unknown = await messages.ping('unknown ID', run.ids.sessionId());
    yield run.step('mcp-sse.unknown.refused', hasStatus(unknown.answer, 404), unknown.answer);
    await stream.close();
    const closed = await untilRefused(run, messages);
    yield run.step('mcp-sse.closed.refused', hasStatus(closed, 404), closed);
  } finally {
    await stream.close();
  }
}

function streamUrl({ url, control }: SuiteRun): URL {
  if (url.pathname !== '/') return url;
  return new URL(control?.served.config.sessionAffinityConfig.sseEndpointPath ?? PATH, url);
}

async function openStream(url: URL, { target }: SuiteRun): Promise<EventStream> {
  try {
    return await EventStream.open(url, target.signal);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FcError('BadResponse', `${url.href} opened no stream: ${why}`, { cause });
  }
}

/** The instance of the stream is named by the handler in the stream's head; the control API knows a request only when it has ended. */
async function staysOn(stream: EventStream, messages: Messages, first: Message): Promise<StepResult> {
  const named = stream.headers.get('x-instance');
  const onStream: ServedBy =
    named === undefined ? first.servedBy : { kind: 'known', instanceId: named, source: 'handler' };
  let result = compareInstances({ first: onStream, second: first.servedBy, wanted: 'same' });
  for (let sent = 1; sent < 3 && result.status === 'passed'; sent += 1) {
    const next = await messages.ping('message');
    result = compareInstances({ first: onStream, second: next.servedBy, wanted: 'same' });
  }
  return result;
}

async function isAnswered({ clock }: SuiteRun, stream: EventStream, { id }: Message): Promise<StepResult> {
  let answer: StreamEvent | undefined;
  const reading = stream
    .next(({ data }) => data.includes(id))
    .then((event) => {
      answer = event;
    });
  const isInTime = await within(clock, ANSWER_LIMIT_MS, reading);
  return judge(answer !== undefined, answer?.data ?? (isInTime ? 'the stream ended' : 'no answer in 10 s'));
}

/** The gateway notices a closed stream a moment later, so the message is repeated while it is accepted, a few times. */
async function untilRefused(run: SuiteRun, messages: Messages): Promise<RoundTrip> {
  for (let sent = 1; ; sent += 1) {
    const message = await messages.ping();
    const { answer } = message;
    if (answer.status >= 400 || sent === 20) {
      messages.show('closed stream', message);
      return answer;
    }
    await wait(run.clock, 50);
  }
}

interface Message {
  /** Of the JSON-RPC request. */
  readonly id: string;
  readonly sessionId: string;
  readonly answer: RoundTrip;
  readonly servedBy: ServedBy;
}

/** Sends messages of one session. */
class Messages {
  readonly #run: SuiteRun;
  readonly #endpoint: URL;
  readonly #sessionId: string;

  constructor(run: SuiteRun, endpoint: URL, sessionId: string) {
    this.#run = run;
    this.#endpoint = endpoint;
    this.#sessionId = sessionId;
  }

  async ping(label?: string, sessionId = this.#sessionId): Promise<Message> {
    const id = this.#run.ids.functionId();
    const url = new URL(this.#endpoint.href.replace(this.#sessionId, sessionId));
    const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' });
    const answer = await this.#run.send({ 'Content-Type': 'application/json' }, url, {
      method: 'POST',
      body,
    });
    const servedBy = await whoServed(this.#run, answer, answer.status < 400 ? sessionId : undefined);
    const message = { id, sessionId, answer, servedBy };
    if (label !== undefined) this.show(label, message);
    return message;
  }

  /** Adds a line to the table of requests. */
  show(label: string, { sessionId, answer, servedBy }: Message): void {
    this.#run.requests.push({
      label,
      sent: sessionId,
      sessionLine: undefined,
      sessionId,
      instanceId: instanceOf(servedBy),
      status: answer.status,
    });
  }
}
