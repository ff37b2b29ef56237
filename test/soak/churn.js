import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createApiClient } from '../../dist/index.js';
import { privateEnvironment, startServe } from '../bench/program.js';
import { slope } from '../bench/statistics.js';
import { ATTACKS } from './attacks.js';
import { clientOf } from './client.js';
import { Oracle } from './oracle.js';
import { descriptorsOf, residentBytes } from './processes.js';

export const HANDLER = fileURLToPath(new URL('./handler.js', import.meta.url));
const FUNCTION = 'soak';
const PLACES = 8;
const IN_FLIGHT_LIMIT = 200;
const TTL_SECONDS = 60;
const IDLE_SECONDS = 8;
const SAMPLE_MS = 5000;
const MOST_EXTRA_DESCRIPTORS = 10;
/** How long memory is still on its way to its level. */
const WARM_UP_SHARE = 0.25;

/**
 * A served function under everything at once: sessions that come, go, expire and are deleted, instances that are killed, clients that
 * leave anywhere, streams, WebSockets and attackers.
 */
export async function churn({ minutes, users }) {
  const { env, folder, remove } = privateEnvironment();
  const oracle = new Oracle({ ttlMs: TTL_SECONDS * 1000, idleMs: IDLE_SECONDS * 1000 });
  const args = ['--function', FUNCTION, '--sessions-per-instance', PLACES, '--max-instances', 30];
  const terms = ['--ttl', TTL_SECONDS, '--idle', IDLE_SECONDS, '--timeout', 15];
  const serve = await startServe([...args, ...terms, '--', process.execPath, HANDLER].map(String), {
    env,
    folder,
    onLine(line) {
      if (line.includes('SMUGGLED')) oracle.breaks('I20: a smuggled request reached the function', line);
    },
  });
  const control = createApiClient({ endpoint: serve.api });
  const client = clientOf({ url: serve.url, oracle });
  const baseDescriptors = descriptorsOf(serve.pid);
  const begun = performance.now();
  const until = begun + minutes * 60_000;
  const isOver = () => performance.now() >= until || serve.process.exitCode !== null;
  const samples = [];
  /** @type {Set<import('./ticket.js').Ticket>} */
  const tickets = new Set();
  const say = (text) => process.stderr.write(`${text}\n`);

  const work = [
    ...Array.from({ length: users }, () => useFor({ client, oracle, control, tickets, isOver })),
    repeat(isOver, 2000, () => killOne({ control, client, oracle })),
    repeat(isOver, 700, () => deleteOne({ control, tickets, oracle })),
    repeat(isOver, 300, () => attack(client)),
    repeat(isOver, SAMPLE_MS, () => look({ control, oracle, serve, samples, begun, say })),
  ];
  await Promise.all(work);
  const died = serve.process.exitCode;
  if (died !== null) oracle.breaks('I25: the emulator ended', `with ${died}`);

  let descriptors = { base: baseDescriptors };
  if (died === null)
    descriptors = { ...descriptors, after: await descriptorsAfter({ control, client, serve, oracle }) };
  client.close();
  if (died === null) await serve.stop();
  remove();
  if (descriptors.after > baseDescriptors + MOST_EXTRA_DESCRIPTORS)
    oracle.breaks('I26: file descriptors are left', `${baseDescriptors} became ${descriptors.after}`);
  const warm = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  return {
    minutes,
    counts: oracle.counts,
    clientLearnsOfADeathMs: { p99: oracle.learnedP99, count: oracle.learnedMs.length },
    residentMiB: { first: mib(samples[0]?.[1]), last: mib(samples.at(-1)?.[1]) },
    residentSlopeMiBPerMinute: mib(slope(warm.map(([minute, bytes]) => [minute, bytes]))),
    descriptors,
    broken: oracle.broken,
  };
}

/** One client's life: a session, some visits of several kinds, and another session. */
async function useFor({ client, oracle, control, tickets, isOver }) {
  while (!isOver()) {
    /** @type {import('./ticket.js').Ticket | undefined} */
    let ticket;
    for (let left = randomInt(3, 30); left > 0 && !isOver(); left--) {
      const before = ticket;
      const dice = randomInt(100);
      if (ticket === undefined || dice < 55) ticket = await client.visit(ticket, { ms: randomInt(0, 20) });
      else if (dice < 65) ticket = await client.visit(ticket, { body: randomBytes(randomInt(0, 200_000)) });
      else if (dice < 96 && (dice < 75 || dice >= 82) && oracle.mayHaveEnded(ticket)) ticket = undefined;
      else if (dice < 75) {
        const same = ticket;
        const [first] = await Promise.all([1, 2, 3].map(() => client.visit(same, { ms: randomInt(0, 20) })));
        // Three at once may each have opened it anew; the last one to know is as good as any.
        ticket = first === same ? same : undefined;
      } else if (dice < 82) ticket = await client.stream(ticket, randomInt(50, 2000));
      else if (dice < 88) await client.talk(ticket, randomInt(1, 30));
      else if (dice < 96) await leave(client, ticket);
      else if (dice < 98) await wait(randomInt(0, IDLE_SECONDS * 1500));
      else await agrees({ control, oracle, ticket });
      if (ticket !== before) {
        if (before !== undefined) tickets.delete(before);
        if (ticket !== undefined) tickets.add(ticket);
      }
      await wait(randomInt(0, 30));
    }
    if (ticket !== undefined) tickets.delete(ticket);
  }
}

/** Goes away in the middle of a request, or of its reply. */
async function leave(client, ticket) {
  const cookie = `Cookie: x-fc-cookie-session-id=${ticket.id}`;
  ticket.inFlight++;
  if (randomInt(2) === 0) {
    const size = 100_000;
    const head = `POST /echo?token=x HTTP/1.1\r\nHost: 127.0.0.1\r\n${cookie}\r\nContent-Length: ${size}\r\n\r\n`;
    const bytes = Buffer.concat([Buffer.from(head), Buffer.alloc(size)]);
    await client.leaveEarly(bytes, { afterSent: randomInt(1, bytes.length) });
  } else {
    const bytes = Buffer.from(`GET /big?bytes=500000 HTTP/1.1\r\nHost: 127.0.0.1\r\n${cookie}\r\n\r\n`);
    await client.leaveEarly(bytes, { afterReceived: randomInt(0, 500_000) });
  }
  ticket.inFlight--;
  ticket.touchedAt = performance.now();
}

/** The control plane must name the instance that answered. */
async function agrees({ control, oracle, ticket }) {
  const { instance } = ticket;
  try {
    const { containerId, sessionStatus } = await control.sessions.get({
      functionName: FUNCTION,
      sessionId: ticket.id,
    });
    if (containerId === instance || ticket.instance !== instance || sessionStatus !== 'Active') return;
    if (!oracle.isKilled(instance))
      oracle.breaks('I1: the API names another instance', `${ticket.id}: ${containerId}, not ${instance}`);
  } catch (error) {
    if (error.code !== 'SessionNotFound') oracle.breaks('I16: GetSession failed', String(error.message));
    else if (!oracle.mayHaveEnded(ticket) && ticket.instance === instance)
      oracle.breaks('I15: a session on record was not found', ticket.id);
  }
}

async function killOne({ control, client, oracle }) {
  const running = (await control.instances.list()).filter(({ status }) => status === 'Running');
  const one = running[randomInt(Math.max(1, running.length))];
  if (one === undefined) return;
  oracle.killing(one.instanceId);
  // By turns it dies by itself, and because it was asked for.
  const crashes = oracle.counts['instances killed'] % 2 === 0;
  const concerned = client.expectEndOf(one.instanceId, { timed: crashes });
  if (crashes) crash(one.pid);
  else
    await control.instances.kill(one.instanceId).catch((error) => {
      if (error.code !== 'InstanceNotFound') oracle.breaks('I16: a kill failed', String(error.message));
    });
  await wait(2000);
  if (concerned.some((entry) => client.isOpen(entry)))
    oracle.breaks("G6: a client did not learn of its instance's death", one.instanceId);
}

function crash(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has gone meanwhile.
  }
}

async function deleteOne({ control, tickets, oracle }) {
  const known = [...tickets].filter(({ deletedAt, deleting }) => deletedAt === undefined && !deleting);
  const ticket = known[randomInt(Math.max(1, known.length))];
  if (ticket === undefined) return;
  ticket.deleting = true;
  try {
    await control.sessions.delete({ functionName: FUNCTION, sessionId: ticket.id });
    ticket.deletedAt = performance.now();
    oracle.count('sessions deleted');
  } catch (error) {
    if (error.code !== 'SessionNotFound') oracle.breaks('I16: a deletion failed', String(error.message));
  }
}

async function attack(client) {
  await Promise.all(ATTACKS.map((bytes) => client.leaveEarly(bytes, { afterReceived: 100 })));
}

async function look({ control, oracle, serve, samples, begun, say }) {
  const minute = (performance.now() - begun) / 60_000;
  samples.push([minute, residentBytes(serve.pid)]);
  for (const { instanceId, sessions, inFlight } of await control.instances.list()) {
    if (sessions > PLACES) oracle.breaks('I7: more sessions than places', `${instanceId}: ${sessions}`);
    if (inFlight > IN_FLIGHT_LIMIT || inFlight < 0)
      oracle.breaks('I8: in flight', `${instanceId}: ${inFlight}`);
  }
  const broken = Object.keys(oracle.broken).length;
  say(`${minute.toFixed(1)} min: ${oracle.counts.replies ?? 0} replies, ${broken} invariants broken`);
}

/** When all clients are gone nothing may be in flight; when all instances are gone, their descriptors are too. */
async function descriptorsAfter({ control, client, serve, oracle }) {
  client.close();
  await wait(500);
  for (const { instanceId, inFlight } of await control.instances.list())
    if (inFlight !== 0) oracle.breaks('I11: in flight after all have left', `${instanceId}: ${inFlight}`);
  const instances = await control.instances.list();
  await Promise.all(instances.map(({ instanceId }) => control.instances.kill(instanceId).catch(() => {})));
  await wait(3000);
  return descriptorsOf(serve.pid);
}

async function repeat(isOver, everyMs, work) {
  while (!isOver()) {
    await work();
    await wait(everyMs);
  }
}

function mib(bytes) {
  return bytes === undefined ? undefined : Math.round((bytes / 2 ** 20) * 100) / 100;
}
