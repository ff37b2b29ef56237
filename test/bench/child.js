import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * A process of the bench: it says when it is ready, answers questions, and ends with whoever started it.
 * @typedef {{ readonly pid: number, readonly ready: any, ask(question: string, about?: unknown): Promise<any>, stop(): Promise<void> }} Child
 */

/**
 * @param {URL} script one that calls {@link answerParent}
 * @param {unknown} [order] what it is to do
 * @param {{ execArgv?: string[] }} [options]
 * @returns {Promise<Child>}
 */
export async function startChild(script, order = {}, { execArgv = [] } = {}) {
  const process = fork(fileURLToPath(script), [JSON.stringify(order)], {
    execArgv,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const waiting = new Map();
  let asked = 0;
  const exited = new Promise((resolve) => process.once('exit', resolve));
  const answer = (number) =>
    new Promise((resolve, reject) => {
      waiting.set(number, { resolve, reject });
    });
  process.on('message', ({ number, value, error }) => {
    const asker = waiting.get(number);
    waiting.delete(number);
    if (error !== undefined) asker?.reject(new Error(error));
    else asker?.resolve(value);
  });
  process.once('error', (error) => {
    for (const { reject } of waiting.values()) reject(error);
  });
  void exited.then((code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${script.pathname} ended with ${code}`));
  });
  const ready = await answer(0);
  return {
    pid: process.pid ?? 0,
    ready,
    ask(question, about) {
      const number = ++asked;
      const reply = answer(number);
      process.send({ number, question, about });
      return reply;
    },
    async stop() {
      if (process.connected) process.disconnect();
      await exited;
    },
  };
}

/**
 * The child's side.
 * @param {(order: any) => Promise<{ ready?: unknown, answers?: Record<string, (about: any) => unknown>, stop?: () => unknown }>} begin
 */
export async function answerParent(begin) {
  const { ready, answers = {}, stop = () => {} } = await begin(JSON.parse(process.argv[2] ?? '{}'));
  process.on('message', async ({ number, question, about }) => {
    try {
      const answer = answers[question];
      if (answer === undefined) throw new Error(`no answer to ${question}`);
      process.send?.({ number, value: await answer(about) });
    } catch (error) {
      process.send?.({ number, error: String(error?.stack ?? error) });
    }
  });
  process.once('disconnect', async () => {
    await stop();
    process.exit(0);
  });
  process.send?.({ number: 0, value: ready });
}
