import type { RoundTrip } from '../round-trip.js';
import { SessionClient, type SessionRequest } from '../session-client.js';
import type { SuiteRun } from '../suite-run.js';

const VERSION = '2025-06-18';
const PATH = '/mcp';
const SESSION_HEADER = 'Mcp-Session-Id';

/** A client with the part of the protocol that the suite uses. It ends its sessions itself, because MCP sessions have no API. */
export class StreamableClient {
  readonly #run: SuiteRun;
  readonly #url: URL;
  readonly #open = new Set<string>();
  readonly #client: SessionClient;

  constructor(run: SuiteRun) {
    this.#run = run;
    this.#url = run.url.pathname === '/' ? new URL(PATH, run.url) : run.url;
    this.#client = new SessionClient(run, SESSION_HEADER, (sessionId) => this.#open.add(sessionId));
  }

  newId(): string {
    return this.#run.ids.sessionId();
  }

  async initialize(label?: string): Promise<SessionRequest> {
    const clientInfo = { name: 'fc-affinity verify', version: '1' };
    const params = { protocolVersion: VERSION, capabilities: {}, clientInfo };
    const request = await this.#post(
      { id: this.#run.ids.functionId(), method: 'initialize', params },
      { label },
    );
    const [sessionId] = request.sessionIds;
    if (sessionId !== undefined) await this.#post({ method: 'notifications/initialized' }, { sessionId });
    return request;
  }

  ping(sessionId: string, label: string): Promise<SessionRequest> {
    return this.#post({ id: this.#run.ids.functionId(), method: 'ping' }, { sessionId, label });
  }

  async stream(sessionId: string): Promise<RoundTrip> {
    const headers = { 'MCP-Protocol-Version': VERSION, Accept: 'text/event-stream' };
    return (await this.#client.send(sessionId, { url: this.#url, headers, headOnly: true, limitMs: 10_000 }))
      .answer;
  }

  async end(sessionId: string): Promise<RoundTrip> {
    const headers = { 'MCP-Protocol-Version': VERSION };
    const { answer } = await this.#client.send(sessionId, { url: this.#url, headers, method: 'DELETE' });
    this.#open.delete(sessionId);
    return answer;
  }

  async endAll(): Promise<void> {
    for (const sessionId of [...this.#open]) await this.end(sessionId);
  }

  #post(
    message: object,
    { sessionId, label }: { readonly sessionId?: string; readonly label?: string | undefined },
  ): Promise<SessionRequest> {
    const headers = {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...(sessionId !== undefined && { 'MCP-Protocol-Version': VERSION }),
    };
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    return this.#client.send(sessionId, { label, url: this.#url, headers, method: 'POST', body });
  }
}
