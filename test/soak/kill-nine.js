import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createApiClient } from '../../dist/index.js';
import { privateEnvironment, startServe, statusOf } from '../bench/program.js';
import { carriersOf, descendantsOf, isAlive } from './processes.js';

const HANDLER = fileURLToPath(new URL('./handler-with-child.js', import.meta.url));
const AT_ONCE = 2;
const LIMIT_MS = 2000;

/**
 * Kills emulators with instances and grandchildren, in any moment from their first process on.
 * @returns {Promise<{ kills: number, left: string[] }>} what was still there two seconds later
 */
export async function killNine(times) {
  const left = [];
  let done = 0;
  let begun = 0;
  const work = async () => {
    while (begun++ < times) {
      left.push(...(await once()));
      if (++done % 50 === 0) process.stderr.write(`${done} kills, ${left.length} processes left\n`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, times) }, work));
  return { kills: times, left };
}

async function once() {
  const { env, folder, remove } = privateEnvironment();
  const mark = `SOAK_MARK=${randomUUID()}`;
  const args = ['--min-instances', '2', '--env', mark, '--', process.execPath, HANDLER];
  const serve = await startServe(args, { env, folder });
  // Half of them while instances start, half of them under a request.
  if (randomInt(2) === 0) await wait(randomInt(0, 300));
  else {
    await statusOf(serve.url);
    await createApiClient({ endpoint: serve.api }).instances.list();
  }
  const family = descendantsOf(serve.pid);
  serve.process.kill('SIGKILL');
  const deadline = performance.now() + LIMIT_MS;
  let alive = [];
  let marked = [];
  do {
    await wait(50);
    alive = family.filter(isAlive).map(({ pid }) => `descendant ${pid}`);
    marked = carriersOf(mark).map((pid) => `carrier ${pid}`);
  } while (alive.length + marked.length > 0 && performance.now() < deadline);
  remove();
  return [...alive, ...marked];
}
