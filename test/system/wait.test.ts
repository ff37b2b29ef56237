import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import { wait } from '../../src/system/wait.js';
import { within } from '../../src/system/within.js';

const frozen = (): MovableClock => new MovableClock({ frozen: true });

test('a wait ends when its time has passed, not before', async () => {
  const clock = frozen();
  let isOver = false;
  const waiting = wait(clock, 1000).then(() => {
    isOver = true;
  });
  await clock.advance(999);
  expect(isOver).toBe(false);
  await clock.advance(1);
  await waiting;
});

test('a wait ends when it is aborted, also before it began', async () => {
  const abort = new AbortController();
  const waiting = wait(frozen(), 1000, { signal: abort.signal, keepAlive: true });
  abort.abort();
  await waiting;
  await wait(frozen(), 1000, { signal: abort.signal });
});

test.each([
  [true, 'waited'],
  [false, ''],
])('keepAlive %s decides whether a process lives that only waits', (keepAlive, printed) => {
  const code = `
    import { MovableClock } from './dist/model/clock.js';
    import { wait } from './dist/system/wait.js';
    wait(new MovableClock(), 50, { keepAlive: ${keepAlive} }).then(() => process.stdout.write('waited'));
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toBe(printed);
});

test('within returns whether work was done in time, and passes on its failure', async () => {
  const clock = frozen();
  expect(await within(clock, 10, Promise.resolve())).toBe(true);
  const late = within(clock, 10, new Promise(() => {}));
  await clock.advance(10);
  expect(await late).toBe(false);
  await expect(within(clock, 10, Promise.reject(new Error('failed')))).rejects.toThrow('failed');
});
