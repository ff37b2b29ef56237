import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createApiClient } from '../../dist/index.js';
import { privateEnvironment, startServe } from '../bench/program.js';
import { Attackers } from './attackers.js';
import { clientOf } from './client.js';
import { FailureLog } from './failure-log.js';
import { figuresOf } from './figures.js';
import { Killer } from './killer.js';
import { watchLateness } from './lateness.js';
import { machineTime, stolenMs } from './machine-time.js';
import { Oracle } from './oracle.js';
import { carriersOf, descriptorsOf, residentBytes } from './processes.js';
import { SessionLog } from './session-log.js';
import { stay, useFor } from './users.js';

export const HANDLER = fileURLToPath(new URL('./handler.js', import.meta.url));
const FUNCTION = 'soak';
const SLOTS = 8;
const IN_FLIGHT_LIMIT = 200;
const TTL_SECONDS = 60;
const IDLE_SECONDS = 8;
const RESIDENTS = 2;
const SAMPLE_MS = 5000;
/** More than a thousand in twenty minutes that come unannounced (G6). */
const KILL_EVERY_MS = 900;
const MOST_EXTRA_DESCRIPTORS = 10;
/** How long what was killed may take to vanish. */
const VANISHING_MS = 3000;

/**
 * A served function under everything at once: sessions that come, go, expire and are deleted, instances that are killed, clients that
 * leave anywhere, streams, WebSockets and attackers.
 */
export async function churn({ minutes, users }) {
  const { env, folder, remove } = privateEnvironment();
  const terms = { ttlMs: TTL_SECONDS * 1000, idleMs: IDLE_SECONDS * 1000 };
  const oracle = new Oracle(terms);
  const sessions = new SessionLog();
  const failures = new FailureLog(oracle);
  const mark = `SOAK_MARK=${randomUUID()}`;
  const args = ['--function', FUNCTION, '--sessions-per-instance', SLOTS, '--max-instances', 30];
  const times = ['--ttl', TTL_SECONDS, '--idle', IDLE_SECONDS, '--timeout', 15];
  const command = ['--env', mark, '--', process.execPath, HANDLER];
  const serve = await startServe([...args, ...times, ...command].map(String), {
    env,
    folder,
    onLine(line) {
      if (line.startsWith('{"event":"request"')) {
        const record = JSON.parse(line);
        sessions.take(record);
        failures.take(record);
      } else if (line.includes('SMUGGLED'))
        oracle.breaks('I20: a smuggled request reached the function', line);
    },
  });
  const control = createApiClient({ endpoint: serve.api });
  const client = clientOf({ url: serve.url, oracle });
  const killer = new Killer({ control, client, oracle });
  const attackers = new Attackers({ client, oracle });
  const baseDescriptors = descriptorsOf(serve.pid);
  const lateness = watchLateness();
  const stolenBefore = stolenMs();
  const begun = performance.now();
  const until = begun + minutes * 60_000;
  const isOver = () => performance.now() >= until || serve.process.exitCode !== null;
  const samples = [];
  /** @type {Set<import('./ticket.js').Ticket>} */
  const tickets = new Set();
  const user = { client, oracle, control, tickets, isOver, functionName: FUNCTION, idleMs: terms.idleMs };

  await Promise.all([
    ...Array.from({ length: users }, () => useFor(user)),
    ...Array.from({ length: RESIDENTS }, () => stay(user)),
    repeat(isOver, KILL_EVERY_MS, () => killer.kill()),
    repeat(isOver, 700, () => deleteOne({ control, tickets, oracle })),
    repeat(isOver, 500, () => attackers.attack()),
    repeat(isOver, SAMPLE_MS, () => look({ control, oracle, serve, samples, begun })),
  ]);
  await killer.settled();
  const lateMs = lateness();
  const stolenByTheHostMs = stolenMs() - stolenBefore;

  const descriptors = { base: baseDescriptors };
  const orphans = {};
  if (serve.process.exitCode === null) {
    descriptors.after = await descriptorsAfter({ control, client, serve, oracle });
    orphans.ofKills = carriersOf(mark).length;
    const logged = once(serve.process, 'close');
    await serve.stop();
    await logged;
    await machineTime(VANISHING_MS);
    failures.judge();
    oracle.counts['requests judged by the log'] = sessions.judge(terms, (what, example) =>
      oracle.breaks(what, example),
    );
  } else {
    oracle.breaks('I25: the emulator ended', `with ${serve.process.exitCode}`);
    client.close();
    await machineTime(VANISHING_MS);
  }
  orphans.ofTheRun = carriersOf(mark).length;
  remove();
  if (descriptors.after > baseDescriptors + MOST_EXTRA_DESCRIPTORS)
    oracle.breaks('I26: file descriptors are left', `${baseDescriptors} became ${descriptors.after}`);
  for (const [which, count] of Object.entries(orphans))
    if (count > 0) oracle.breaks('I24: processes are left', `${count} ${which}`);
  return {
    minutes,
    ...figuresOf({ oracle, samples, lateMs }),
    stolenByTheHostMs,
    orphans,
    descriptors,
    broken: oracle.broken,
  };
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

async function look({ control, oracle, serve, samples, begun }) {
  const minute = (performance.now() - begun) / 60_000;
  samples.push([minute, residentBytes(serve.pid)]);
  for (const { instanceId, sessions, inFlight } of await control.instances.list()) {
    if (sessions > SLOTS) oracle.breaks('I7: more sessions than slots', `${instanceId}: ${sessions}`);
    if (inFlight > IN_FLIGHT_LIMIT || inFlight < 0)
      oracle.breaks('I8: in flight', `${instanceId}: ${inFlight}`);
  }
  const broken = Object.keys(oracle.broken).join('; ') || 'no invariant';
  process.stderr.write(`${minute.toFixed(1)} min: ${oracle.counts.replies ?? 0} replies, ${broken} broken\n`);
}

/** When all clients are gone nothing may be in flight; when all instances are gone, their descriptors are too. */
async function descriptorsAfter({ control, client, serve, oracle }) {
  client.close();
  await wait(500);
  for (const { instanceId, inFlight } of await control.instances.list())
    if (inFlight !== 0) oracle.breaks('I11: in flight after all have left', `${instanceId}: ${inFlight}`);
  const instances = await control.instances.list();
  await Promise.all(instances.map(({ instanceId }) => control.instances.kill(instanceId).catch(() => {})));
  await machineTime(VANISHING_MS);
  return descriptorsOf(serve.pid);
}

async function repeat(isOver, everyMs, work) {
  for (let next = performance.now(); !isOver(); next += everyMs) {
    await work();
    await wait(Math.max(0, next + everyMs - performance.now()));
  }
}
