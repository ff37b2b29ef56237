import { isMcpSessionId } from '../../model/limits.js';
import { judge, type StepResult, skip } from '../check.js';
import type { Step } from '../report.js';
import { describeAnswer, hasStatus, type RoundTrip } from '../round-trip.js';
import { compareInstances, instanceOf, type ServedBy, whoServed, whyUnknown } from '../served-by.js';
import { type Filling, fillInstance, goesElsewhere } from '../slots.js';
import { stepByStep } from '../step-by-step.js';
import { NotApplicable, NotWorking } from '../suite.js';
import type { SuiteRun } from '../suite-run.js';
import { MCP_STREAMABLE_CHECKS } from './mcp-checks.js';

const VERSION = '2025-06-18';
const PATH = '/mcp';

/** Needs a server of MCP over Streamable HTTP at `/mcp`, or at the path of `--target`. */
export const mcpStreamable = stepByStep({ id: 'mcp-streamable', checks: MCP_STREAMABLE_CHECKS, steps });

/** One request of the suite. */
interface McpRequest {
  readonly answer: RoundTrip;
  /** The session of the request, or the one that its answer names. */
  readonly sessionId: string | undefined;
  readonly servedBy: ServedBy;
}

async function* steps(run: SuiteRun): AsyncGenerator<Step> {
  checkAffinity(run, 'MCP_STREAMABLE');
  const client = new StreamableClient(run);
  const first = await client.initialize('initialize');
  if (first.answer.status !== 200) throw new NotWorking(`initialize: ${describeAnswer(first.answer)}`);
  yield run.step('mcp-streamable.initialize.status', hasStatus(first.answer, 200), first.answer);
  const ids = first.answer.headers.all('mcp-session-id');
  const [sessionId = ''] = ids;
  const isNamed = ids.length === 1 && isMcpSessionId(sessionId);
  yield run.step(
    'mcp-streamable.initialize.session-id',
    judge(isNamed, ids.join(' and ') || 'none'),
    first.answer,
  );
  if (!isNamed) throw new NotApplicable('the server named no session: it keeps none, and needs no affinity');

  yield run.step('mcp-streamable.post.same-instance', await staysOn(first, client, sessionId));
  const stream = await client.stream(sessionId);
  yield run.step(
    'mcp-streamable.stream.head',
    judge([200, 405].includes(stream.status), describeAnswer(stream)),
    stream,
  );
  const second = await client.initialize('initialize again');
  yield run.step(
    'mcp-streamable.second.other-id',
    judge(second.sessionId !== undefined && second.sessionId !== sessionId, second.sessionId ?? 'no ID'),
    second.answer,
  );
  const filling = await fill(run, client, first.servedBy);
  const beyond = await client.initialize('one more');
  const pair = { first: first.servedBy, second: beyond.servedBy };
  yield run.step('mcp-streamable.full.new-instance', goesElsewhere(pair, filling), beyond.answer);

  const unknown = await client.ping(run.ids.sessionId(), 'unknown ID');
  yield run.step('mcp-streamable.unknown.refused', hasStatus(unknown.answer, 404), unknown.answer);
  yield* ends(run, client, sessionId);
  await client.endAll();
}

async function* ends(run: SuiteRun, client: StreamableClient, sessionId: string): AsyncGenerator<Step> {
  const deleted = await client.end(sessionId);
  const isAgreed = deleted.status >= 200 && deleted.status < 300;
  yield run.step(
    'mcp-streamable.delete.agreed',
    judge(isAgreed || deleted.status === 405, describeAnswer(deleted)),
    deleted,
  );
  const after = await client.ping(sessionId, 'after DELETE');
  yield run.step(
    'mcp-streamable.deleted.refused',
    isAgreed ? hasStatus(after.answer, 404) : skip('the server does not let a client end its session'),
    after.answer,
  );
}

/** @throws NotApplicable for a function of another affinity */
export function checkAffinity({ control }: SuiteRun, wanted: 'MCP_STREAMABLE' | 'MCP_SSE'): void {
  if (control === undefined) return;
  const { functionName, sessionAffinity } = control.served.config;
  if (sessionAffinity !== wanted)
    throw new NotApplicable(`function ${functionName} has ${sessionAffinity}, not ${wanted}`);
}

async function staysOn(first: McpRequest, client: StreamableClient, sessionId: string): Promise<StepResult> {
  let result: StepResult | undefined;
  for (const label of ['its ID', 'its ID', 'its ID']) {
    const next = await client.ping(sessionId, label);
    result = compareInstances({ first: first.servedBy, second: next.servedBy, wanted: 'same' });
    if (result.status !== 'passed') return result;
  }
  return result ?? skip('nothing was sent');
}

async function fill(run: SuiteRun, client: StreamableClient, first: ServedBy): Promise<Filling> {
  if (first.kind !== 'known') return { kind: 'not-full', reason: whyUnknown(first) };
  const open = (): Promise<McpRequest> => client.initialize();
  return fillInstance(run, { instanceId: first.instanceId, occupied: 2, open });
}

/** Speaks as much of the protocol as the suite needs. */
class StreamableClient {
  readonly #run: SuiteRun;
  readonly #url: URL;
  readonly #open = new Set<string>();

  constructor(run: SuiteRun) {
    this.#run = run;
    this.#url = run.url.pathname === '/' ? new URL(PATH, run.url) : run.url;
  }

  async initialize(label?: string): Promise<McpRequest> {
    const params = {
      protocolVersion: VERSION,
      capabilities: {},
      clientInfo: { name: 'fc-affinity verify', version: '1' },
    };
    const request = await this.#post('initialize', params, { label });
    if (request.sessionId !== undefined) {
      this.#open.add(request.sessionId);
      await this.#post('notifications/initialized', undefined, { sessionId: request.sessionId });
    }
    return request;
  }

  ping(sessionId: string, label: string): Promise<McpRequest> {
    return this.#post('ping', undefined, { sessionId, label });
  }

  stream(sessionId: string): Promise<RoundTrip> {
    return this.#run.send({ ...sessionHeaders(sessionId), Accept: 'text/event-stream' }, this.#url, {
      headOnly: true,
    });
  }

  end(sessionId: string): Promise<RoundTrip> {
    this.#open.delete(sessionId);
    return this.#run.send(sessionHeaders(sessionId), this.#url, { method: 'DELETE' });
  }

  async endAll(): Promise<void> {
    for (const sessionId of [...this.#open]) await this.end(sessionId);
  }

  async #post(
    method: string,
    params: unknown,
    { sessionId, label }: { readonly sessionId?: string; readonly label?: string | undefined },
  ): Promise<McpRequest> {
    const headers = {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...(sessionId !== undefined && sessionHeaders(sessionId)),
    };
    const id = method.startsWith('notifications/') ? undefined : this.#run.ids.functionId();
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    const answer = await this.#run.send(headers, this.#url, { method: 'POST', body });
    const named = answer.headers.get('mcp-session-id');
    const known = sessionId ?? named;
    const servedBy = await whoServed(this.#run, answer, answer.status < 400 ? known : undefined);
    if (label !== undefined) {
      this.#run.requests.push({
        label,
        sent: sessionId,
        sessionLine: sessionId === undefined && named !== undefined ? `Mcp-Session-Id: ${named}` : undefined,
        sessionId: known,
        instanceId: instanceOf(servedBy),
        status: answer.status,
      });
    }
    return { answer, sessionId: known, servedBy };
  }
}

function sessionHeaders(sessionId: string): Readonly<Record<string, string>> {
  return { 'Mcp-Session-Id': sessionId, 'MCP-Protocol-Version': VERSION };
}
