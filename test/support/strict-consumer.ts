import { request } from 'node:http';

interface StrictCreation {
  readonly port: number;
  readonly functionName: string;
  readonly qualifier: string;
  readonly sessionAffinityType: string;
  readonly sessionId: string;
  readonly sessionTTLInSeconds: number;
  readonly sessionIdleTimeoutInSeconds: number;
  readonly disableSessionIdReuse: boolean;
}

/**
 * Creates a session with its own ID and believes nothing: stricter than any real consumer. Refuses a reply that is not 200, does
 * not echo every term exactly (value and type), or is not Active.
 * @returns the `containerId`
 */
export async function createStrictly({
  port,
  functionName,
  qualifier,
  ...terms
}: StrictCreation): Promise<string> {
  const { sessionAffinityType, ...body } = terms;
  const path = `/2023-03-30/functions/${encodeURIComponent(functionName)}/sessions?qualifier=${encodeURIComponent(qualifier)}`;
  const { status, text } = await post(port, path, JSON.stringify(body));
  if (status !== 200) throw new Error(`status ${status}, expected 200: ${text}`);
  const reply: Record<string, unknown> = JSON.parse(text);
  const expected = { functionName, qualifier, sessionAffinityType, ...body, sessionStatus: 'Active' };
  for (const [key, value] of Object.entries(expected)) {
    if (!Object.is(reply[key], value)) {
      throw new Error(`${key} is ${JSON.stringify(reply[key])}, expected ${JSON.stringify(value)}`);
    }
  }
  if (typeof reply.containerId !== 'string' || reply.containerId === '') throw new Error('no containerId');
  return reply.containerId;
}

function post(port: number, path: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json' };
    const sent = request(
      { host: '127.0.0.1', port, method: 'POST', path, headers, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.once('error', reject);
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}
