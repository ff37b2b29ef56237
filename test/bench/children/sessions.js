import { randomBytes } from 'node:crypto';
import { completeFunction, MovableClock } from '../../../dist/index.js';
import { createIds } from '../../../dist/model/ids.js';
import { Scheduler } from '../../../dist/scheduler/scheduler.js';
import { answerParent } from '../child.js';
import { instancesAt, lifted, silentLog } from '../instances-at.js';
import { SteeredTime } from '../steered-time.js';

// One function's scheduler alone: what its sessions weigh, and how long it holds up everything else when all of them end at once.

const TTL_MS = 21_600_000;
/** Longer than opening all of them takes. */
const EVE_MS = 200_000;
const RETENTION_MS = 3 * 24 * 3600 * 1000;
const ID_LENGTH = 36;

await answerParent(async () => ({
  answers: {
    /** Bytes a session beyond its ID, and the longest stalls in ms. */
    async live(count) {
      const time = new SteeredTime();
      const { admit, stop } = schedulerOn(new MovableClock({ source: time }));
      await open(admit, Math.min(count, 1000));
      const before = heapUsed();
      await open(admit, count);
      const bytes = (heapUsed() - before) / count - bytesOfAnId(count);

      // What falls due on the way, as looks at empty instances, is not what is asked about.
      await longestStall(() => time.jump(TTL_MS - EVE_MS), 0);
      const expiring = await longestStall(() => time.jump(EVE_MS + 1000), count);
      const forgetting = await longestStall(() => time.jump(RETENTION_MS), count);
      await stop();
      return { bytes, expiring, forgetting };
    },
    /** The longest stall when hours have passed in which this process did not run. */
    async leap(count) {
      const time = new SteeredTime();
      const { admit, stop } = schedulerOn(new MovableClock({ source: time }));
      await open(admit, count);
      const stall = await longestStall(() => time.jump(TTL_MS), count);
      await stop();
      return stall;
    },
    /** The longest stall when the clock is moved by hand over the end of all sessions. */
    async advance(count) {
      const clock = new MovableClock({ frozen: true });
      const { admit, stop } = schedulerOn(clock);
      await open(admit, count);
      const stall = await longestStall(() => clock.advance(TTL_MS), count);
      await stop();
      return stall;
    },
  },
}));

function schedulerOn(sessionClock) {
  const processClock = new MovableClock();
  const config = completeFunction({
    functionName: 'bench',
    command: ['none'],
    sessionAffinity: 'GENERATED_COOKIE',
    maxInstances: 32_768,
    sessionAffinityConfig: { sessionIdleTimeoutInSeconds: TTL_MS / 1000 },
  });
  const scheduler = new Scheduler({
    revision: { versionId: '0', config: lifted(config, 200) },
    driver: instancesAt({ host: '127.0.0.1', port: 9 }, silentLog),
    sessionClock,
    processClock,
    ids: createIds(processClock),
    chance: () => 0,
  });
  let requests = 0;
  return {
    async admit() {
      const identity = { kind: 'gateway-issued' };
      const assignment = await scheduler.admit({
        requestId: `r${++requests}`,
        qualifier: 'LATEST',
        identity,
      });
      assignment.release({ answered: true });
    },
    stop: () => scheduler.stop({ graceMs: 0 }),
  };
}

async function open(admit, count) {
  for (let opened = 0; opened < count; opened++) await admit();
}

function heapUsed() {
  for (let times = 0; times < 3; times++) globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** What the text of an ID takes where it is kept once, flat. */
function bytesOfAnId(count) {
  const kept = new Array(count).fill('');
  const before = heapUsed();
  for (let at = 0; at < count; at++) kept[at] = randomBytes(ID_LENGTH / 2).toString('hex');
  const bytes = (heapUsed() - before) / count;
  return kept.length === 0 ? 0 : bytes;
}

/** The longest time between two turns of the event loop, until what `cause` begins has ended: so many turns without a long one. */
async function longestStall(cause, count) {
  let longest = 0;
  let before = performance.now();
  const turn = () =>
    new Promise((resolve) => {
      setImmediate(() => {
        const now = performance.now();
        longest = Math.max(longest, now - before);
        before = now;
        resolve(undefined);
      });
    });
  await turn();
  longest = 0;
  let over = false;
  const done = Promise.resolve(cause()).then(() => {
    over = true;
  });
  // Work comes in slices of a thousand, each at least a timer's millisecond after the other.
  const until = performance.now() + 200 + (count / 1000) * 12;
  while (!over || performance.now() < until) await turn();
  await done;
  return longest;
}
