import { startChild } from './child.js';
import { cpuNsDuring } from './cpu.js';
import { getRequest, sessionIdIn, startCrowd } from './load.js';

export const UPSTREAM = new URL('./children/upstream.js', import.meta.url);
export const EMULATOR = new URL('./children/emulator.js', import.meta.url);
export const PROXY = new URL('./children/proxy.js', import.meta.url);
export const PIPE = new URL('./children/pipe.js', import.meta.url);

/** Starts things and stops them in reverse, whatever happens. */
export class Stage {
  #stops = [];

  /** @param {URL} script */
  async start(script, order, options) {
    const child = await startChild(script, order, options);
    this.#stops.push(() => child.stop());
    return child;
  }

  /** @param {() => unknown} stop */
  atEnd(stop) {
    this.#stops.push(stop);
  }

  /** @param {{ port: number, connections?: number }} options */
  crowd(options) {
    const crowd = startCrowd(options);
    this.#stops.push(() => crowd.close());
    return crowd;
  }

  async stop() {
    for (const stop of this.#stops.reverse()) await stop();
  }
}

/**
 * @template T
 * @param {(stage: Stage) => Promise<T>} play
 * @returns {Promise<T>}
 */
export async function onStage(play) {
  const stage = new Stage();
  try {
    return await play(stage);
  } finally {
    await stage.stop();
  }
}

/**
 * Opens a session for each client of a crowd.
 * @returns {Promise<string[]>} their IDs
 */
export async function openSessions(crowd) {
  const ids = [];
  while (ids.length < crowd.connections) {
    await crowd.send(
      crowd.connections,
      () => getRequest(crowd.port),
      ({ head }) => ids.push(sessionIdIn(head)),
    );
  }
  if (ids.includes(undefined)) throw new Error(`port ${crowd.port} sets no session cookie`);
  return ids;
}

/**
 * What a request costs a process, in microseconds of processor time. The first tenth is warm-up and not counted.
 * @param {{ pid: number, crowd: ReturnType<typeof startCrowd>, requests: number, write: (client: number, request: number) => string }} run
 */
export async function costOfRequest({ pid, crowd, requests, write }) {
  await crowd.send(Math.max(crowd.connections, Math.ceil(requests / 10)), write);
  return (await cpuNsDuring(pid, () => crowd.send(requests, write))) / requests / 1000;
}
