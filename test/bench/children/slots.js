import { completeFunction, MovableClock } from '../../../dist/index.js';
import { Pool } from '../../../dist/scheduler/pool.js';
import { answerParent } from '../child.js';
import { lifted } from '../instances-at.js';

// The pool alone: nanoseconds to choose an instance and to give back its slot, when all but one slot is taken, wherever that is.

const SLOTS = 20;

await answerParent(async () => {
  const pools = new Map();
  return {
    answers: {
      choose({ instances, times }) {
        const { pool, members, order } = pools.get(instances) ?? poolOf(instances, pools);
        const begun = process.hrtime.bigint();
        for (let time = 0; time < times; time++) {
          void pool.giveSlot(members[order[time & (order.length - 1)]]);
          pool.takeSlot();
        }
        return Number(process.hrtime.bigint() - begun) / times;
      },
    },
  };
});

function poolOf(instances, pools) {
  const clock = new MovableClock();
  const config = completeFunction({
    functionName: 'bench',
    command: ['none'],
    sessionAffinity: 'GENERATED_COOKIE',
    maxInstances: instances,
  });
  let made = 0;
  const pool = new Pool({
    revision: { versionId: '0', config: lifted(config, SLOTS) },
    qualifier: 'LATEST',
    sessionClock: clock,
    processClock: clock,
    newInstanceId: () => `c-${++made}`,
    chance: () => 0,
    hooks: { start: () => {}, stop: () => undefined },
    sweep: () => undefined,
  });
  for (let slot = 0; slot < instances * SLOTS; slot++) pool.takeSlot();
  const members = [...pool.instances];
  // A fixed sequence that jumps about.
  let state = 12345;
  const order = Int32Array.from({ length: 1 << 13 }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % members.length;
  });
  const one = { pool, members, order };
  pools.set(instances, one);
  return one;
}
