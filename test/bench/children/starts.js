import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { completeFunction, MovableClock } from '../../../dist/index.js';
import { createLocalDriver } from '../../../dist/runtime/local-driver.js';
import { answerParent } from '../child.js';

// Starts of processes: bare nodes, nodes that listen and say so, and instances of the local driver. Milliseconds.

const LISTENER = fileURLToPath(new URL('./listener.cjs', import.meta.url));
/** As little as the driver hands on: some variables make every node slower. */
const { PATH, HOME, LANG } = process.env;
const OPTIONS = { env: { PATH, HOME, LANG }, stdio: ['ignore', 'pipe', 'pipe'], detached: true };
const KINDS = { bare, listening, instance: startInstance };

await answerParent(async () => {
  const clock = new MovableClock();
  const driver = createLocalDriver({
    clock,
    sessionClock: clock,
    nonce: randomUUID(),
    hostEnvironment: process.env,
  });
  return {
    answers: {
      /** From the first start to the moment in which all are where they should be; the ends are not counted. */
      async start({ kind, count }) {
        const stops = [];
        const begun = performance.now();
        // The driver has a queue of its own; the others get one like it.
        const atOnce = kind === 'instance' ? count : Math.min(count, availableParallelism());
        let left = count;
        const work = async () => {
          while (left-- > 0) stops.push(await KINDS[kind](driver));
        };
        await Promise.all(Array.from({ length: atOnce }, work));
        const took = performance.now() - begun;
        await Promise.all(stops.map((stop) => stop()));
        return took;
      },
    },
    stop: () => driver.close(),
  };
});

/** @returns ends it */
async function bare() {
  const child = spawn(process.execPath, ['-e', '0'], OPTIONS);
  await new Promise((resolve) => child.once('exit', resolve));
  return async () => {};
}

async function listening() {
  const child = spawn(process.execPath, [LISTENER], OPTIONS);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return async () => {
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
  };
}

async function startInstance(driver) {
  const config = completeFunction({ functionName: 'bench', command: [process.execPath, LISTENER] });
  const spec = { instanceId: randomUUID(), qualifier: 'LATEST', revision: { versionId: '0', config } };
  const instance = driver.start(spec, new AbortController().signal);
  await instance.ready;
  return () => instance.stop({ graceMs: 0 });
}
