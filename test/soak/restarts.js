import { randomInt } from 'node:crypto';
import { Agent, get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { privateEnvironment, startServe } from '../bench/program.js';
import { HANDLER } from './churn.js';

const CLIENTS = 16;
/** A request that was sent so long before the signal has been taken in by then. */
const TAKEN_IN_MS = 50;

/**
 * Ends an emulator under load, again and again, by SIGTERM.
 * @returns {Promise<{ restarts: number, inFlight: number, broken: object }>} requests that were under way, and how many failed (G14)
 */
export async function restarts(times) {
  const failures = [];
  let inFlight = 0;
  for (let time = 0; time < times; time++) {
    const seen = await once();
    inFlight += seen.inFlight;
    failures.push(...seen.failures);
  }
  const broken =
    failures.length === 0
      ? {}
      : { 'G14: a request in flight failed': { count: failures.length, examples: failures.slice(0, 5) } };
  return { restarts: times, inFlight, broken };
}

async function once() {
  const { env, folder, remove } = privateEnvironment();
  const args = ['--sessions-per-instance', '200', '--min-instances', '1'];
  const serve = await startServe([...args, '--', process.execPath, HANDLER], { env, folder });
  const agent = new Agent({ keepAlive: true });
  let signalAt = Number.POSITIVE_INFINITY;
  let inFlight = 0;
  const failures = [];
  const use = async () => {
    for (;;) {
      const sentAt = performance.now();
      const outcome = await requestOn(serve.url, agent);
      const wasUnderWay = sentAt < signalAt - TAKEN_IN_MS && performance.now() > signalAt;
      if (wasUnderWay) inFlight++;
      if (outcome !== 200 && sentAt < signalAt - TAKEN_IN_MS) failures.push(String(outcome));
      if (performance.now() > signalAt) return;
    }
  };
  const clients = Promise.all(Array.from({ length: CLIENTS }, use));
  await wait(400 + randomInt(0, 200));
  const exited = new Promise((resolve) => serve.process.once('exit', resolve));
  signalAt = performance.now();
  serve.process.kill('SIGTERM');
  await clients;
  const code = await exited;
  if (code !== 0) failures.push(`serve ended with ${code}`);
  agent.destroy();
  remove();
  return { inFlight, failures };
}

/** @returns {Promise<number | string>} the status of the whole reply, or what went wrong */
function requestOn(url, agent) {
  return new Promise((resolve) => {
    const request = get(`${url}/?ms=${randomInt(0, 300)}`, { agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.complete ? (response.statusCode ?? 0) : 'cut off'));
      response.on('error', (error) => resolve(error.message));
    });
    request.on('error', (error) => resolve(error.message));
  });
}
