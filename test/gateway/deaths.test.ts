import http, { type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import { completeFunction } from '../../src/model/function-config.js';
import { nonceOf, processesOf } from '../support/leftovers.js';

const HANDLER = fileURLToPath(new URL('./dies-in-flight.js', import.meta.url));
const KILLS = 100;
/** Sessions, each on an instance of its own. All are there before the first is killed: a start would take the time that is measured. */
const LANES = 5;
/** The goal of G6, told by every run and judged only where the machine does nothing else: FC_AFFINITY_TIMED=1. */
const NOTICED_WITHIN_MS = 100;
/** Well before anything but the death itself would have ended the request. */
const NOT_BY_TIMEOUT_MS = 10_000;

interface Kill {
  readonly killed: string;
  readonly streamOf: string;
  readonly streamWhole: boolean;
  readonly streamMs: number;
  readonly postStatus: number | undefined;
  readonly postMs: number;
  readonly getStatus: number | undefined;
  readonly getFrom: string | undefined;
}

test(`${KILLS} times an instance is killed under its requests, and each client learns of it at once (G6, F-01, F-02)`, async ({
  annotate,
}) => {
  const emulator = await startEmulator({
    functions: [
      {
        config: completeFunction({
          functionName: 'mortal',
          command: [process.execPath, HANDLER],
          timeout: 30,
          sessionAffinity: 'HEADER_FIELD',
          sessionAffinityConfig: {
            affinityHeaderFieldName: 'Session-Lane',
            sessionConcurrencyPerInstance: 1,
          },
        }),
      },
    ],
  });
  onTestFinished(() => emulator.stopNow());
  const url = emulator.functions[0]?.url ?? '';
  const kills: Kill[] = [];
  const pids = new Set<string>();

  while (kills.length < KILLS) {
    const lanes = Array.from({ length: LANES }, (_, lane) => `lane-${lane}`);
    const victims = await Promise.all(lanes.map((lane) => holdRequests(url, lane)));
    for (const victim of victims) {
      pids.add(victim.pid);
      // The last one has a GET under way too, for which the next instance is started.
      kills.push(await kill(victim, { url, withGet: victim === victims.at(-1) }));
    }
  }

  const survivor = await send(url, 'GET', 'lane-0', '/').then(whole);
  const nonce = nonceOf(Number(survivor.body));
  await emulator.stopNow();
  await vi.waitFor(() => expect(processesOf(nonce)).toEqual([]), { timeout: 2000 });
  const delays = kills.flatMap(({ streamMs, postMs }) => [streamMs, postMs]).sort((a, b) => a - b);
  const p99 = delays[Math.ceil(delays.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY;
  const saved = kills.filter(({ getStatus }) => getStatus === 200).length;
  await annotate(
    `${kills.length} kills (${saved} of ${KILLS / LANES} GETs answered by the next instance): noticed after ${delays[delays.length >> 1]?.toFixed(1)} ms (median), ` +
      `${p99.toFixed(1)} ms (p99), ${delays.at(-1)?.toFixed(1)} ms (longest)`,
  );
  expect(kills).toHaveLength(KILLS);
  expect(pids.size).toBe(KILLS);
  for (const kill of kills) {
    expect(kill).toMatchObject({ streamOf: kill.killed, streamWhole: false, postStatus: 502 });
    expect([200, 502, undefined]).toContain(kill.getStatus);
    expect(kill.getFrom).not.toBe(kill.killed);
  }
  // A retry that comes before the system tells of the death meets the dead instance once more, and then is not repeated.
  expect(saved).toBeGreaterThanOrEqual((KILLS / LANES) * 0.8);
  expect(delays.at(-1)).toBeLessThan(NOT_BY_TIMEOUT_MS);
  if (process.env.FC_AFFINITY_TIMED !== undefined) expect(p99).toBeLessThanOrEqual(NOTICED_WITHIN_MS);
});

interface Victim {
  readonly lane: string;
  readonly pid: string;
  readonly address: string;
  readonly events: IncomingMessage;
  readonly post: Promise<{ status: number | undefined; body: string }>;
  told(text: string): Promise<string>;
}

async function holdRequests(url: string, lane: string): Promise<Victim> {
  const events = await send(url, 'GET', lane, '/events');
  const told = tellings(events);
  const pid = (await told('data: pid ')).trim();
  const post = send(url, 'POST', lane, '/held').then(whole);
  await told('got POST');
  return { lane, pid, address: String(events.headers['x-address']), events, post, told };
}

async function kill(
  { lane, pid, address, events, post, told }: Victim,
  { url, withGet }: { url: string; withGet: boolean },
): Promise<Kill> {
  const streamEnded = new Promise<number>((resolve) => {
    events.once('close', () => resolve(performance.now()));
  });
  const get = withGet ? send(url, 'GET', lane, '/held').then(whole) : undefined;
  if (withGet) await told('got GET');
  const exited = await exitSeenAt(address);

  process.kill(Number(pid), 'SIGKILL');

  const [exitedAt, streamEndedAt, posted, got] = await Promise.all([
    exited.at,
    streamEnded,
    post.then(({ status }) => ({ status, at: performance.now() })),
    get,
  ]);
  return {
    killed: pid,
    streamOf: String(events.headers['x-pid']),
    streamWhole: events.complete,
    streamMs: streamEndedAt - exitedAt,
    postStatus: posted.status,
    postMs: posted.at - exitedAt,
    getStatus: got?.status,
    getFrom: got?.body,
  };
}

/** A connection past the gateway, which the system closes when the process exits. */
async function exitSeenAt(address: string): Promise<{ readonly at: Promise<number> }> {
  const [host = '', port] = address.split(':');
  const socket = connect(Number(port), host);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.on('error', () => {});
  socket.resume();
  return { at: new Promise((resolve) => socket.once('close', () => resolve(performance.now()))) };
}

function send(url: string, method: string, lane: string, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    http
      .request(`${url}${path}`, { method, headers: { 'session-lane': lane }, agent: false }, resolve)
      .on('error', reject)
      .end();
  });
}

async function whole(response: IncomingMessage): Promise<{ status: number | undefined; body: string }> {
  let body = '';
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, body };
}

/** @returns what waits for a text in the stream and gives what follows it on its line */
function tellings(events: IncomingMessage): (text: string) => Promise<string> {
  let heard = '';
  let look = (): void => {};
  events.on('error', () => {});
  events.setEncoding('utf8').on('data', (chunk) => {
    heard += chunk;
    look();
  });
  return (text) =>
    new Promise((resolve, reject) => {
      events.once('close', () => reject(new Error(`the stream ended before "${text}"`)));
      look = () => {
        const at = heard.indexOf(text);
        const end = heard.indexOf('\n', at);
        if (at >= 0 && end >= 0) resolve(heard.slice(at + text.length, end));
      };
      look();
    });
}
