import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import { FcError } from '../../src/model/errors.js';
import { completeFunction } from '../../src/model/function-config.js';
import { inProcessDriver } from '../support/in-process-driver.js';
import { newSession, stage } from '../support/scheduler.js';

const INSTANCES = 3;
const PER_INSTANCE = 20;
const SLOTS = INSTANCES * PER_INSTANCE;
const LIMITS = {
  maxInstances: INSTANCES,
  sessionAffinity: 'GENERATED_COOKIE',
  sessionAffinityConfig: { sessionConcurrencyPerInstance: PER_INSTANCE },
  timeout: 60,
} as const;

test('20,000 requests without a cookie open as many sessions as there are slots; the others get 429 and no cookie (T18)', async () => {
  const driver = inProcessDriver();
  const emulator = await startEmulator({
    functions: [{ config: completeFunction({ functionName: 'hello', command: ['in-process'], ...LIMITS }) }],
    driver,
  });
  onTestFinished(() => emulator.stopNow());
  const port = Number(new URL(emulator.functions[0]?.url ?? '').port);

  const replies = (await Promise.all(Array.from({ length: 20 }, () => flood(port, 1000)))).flat();

  const statuses = replies.map((reply) => reply.slice(0, 3));
  expect(replies).toHaveLength(20_000);
  expect(statuses.filter((status) => status === '200')).toHaveLength(SLOTS);
  expect(statuses.filter((status) => status === '429')).toHaveLength(20_000 - SLOTS);
  for (const reply of replies) {
    expect(/set-cookie/i.test(reply)).toBe(reply.startsWith('200'));
  }
  expect(driver.started).toHaveLength(INSTANCES);
  const { sessions } = await emulator.control.sessions.list({ functionName: 'hello', limit: 100 });
  expect(sessions).toHaveLength(SLOTS);
});

test('100,000 admissions without a cookie never start more than the ceiling, nor bind more than there are slots (T18)', async () => {
  const { scheduler, driver, admit, ref } = stage(LIMITS);
  let admitted = 0;
  let refused = 0;

  for (let left = 100_000; left > 0; left -= 100) {
    const assignments = await Promise.allSettled(Array.from({ length: 100 }, () => admit(newSession)));
    for (const assignment of assignments) {
      if (assignment.status === 'fulfilled') {
        admitted += 1;
        assignment.value.release({ answered: true });
      } else if (assignment.reason instanceof FcError && assignment.reason.code === 'ResourceExhausted') {
        refused += 1;
      }
    }
  }

  expect([admitted, refused]).toEqual([SLOTS, 100_000 - SLOTS]);
  expect(driver.started).toHaveLength(INSTANCES);
  const { sessions } = await scheduler.sessions.list({ ...ref, limit: 100 });
  expect(sessions).toHaveLength(SLOTS);
});

/** @returns the replies, in pipelined tens on one connection, each from its status on */
function flood(port: number, count: number): Promise<string[]> {
  const batch = 10;
  const replies: string[] = [];
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const send = (): void => void socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(batch));
  return new Promise((resolve, reject) => {
    let text = '';
    let asked = batch;
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after ${replies.length} replies`)));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const parts = text.split('HTTP/1.1 ').slice(1);
      if (parts.length < batch || !text.endsWith(text.endsWith('World!') ? 'World!' : '}')) return;
      replies.push(...parts);
      text = '';
      if (asked === count) resolve(replies);
      else {
        asked += batch;
        send();
      }
    });
    send();
  });
}
