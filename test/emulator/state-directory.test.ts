import { once } from 'node:events';
import { get } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import type { Emulator } from '../../src/emulator-options.js';
import { completeFunction } from '../../src/model/function-config.js';
import { inProcessDriver } from '../support/in-process-driver.js';
import { temporaryFolder } from '../support/run-cli.js';

const HOUR = 3_600_000;
const REAL_NOW = Date.now.bind(Date);

interface Started {
  readonly emulator: Emulator;
  readonly notices: string[];
}

/** Serves `hello`, whose sessions end after half an hour without use. */
async function start(stateDirectory: string, { countSleep = false } = {}): Promise<Started> {
  const notices: string[] = [];
  const emulator = await startEmulator({
    functions: [
      {
        config: completeFunction({
          functionName: 'hello',
          command: ['in-process'],
          sessionAffinity: 'GENERATED_COOKIE',
        }),
      },
    ],
    driver: inProcessDriver((request, response) => {
      if (request.url === '/stream') response.write('.');
      else response.end();
    }),
    stateDirectory,
    countSleep,
    onNotice: (text) => notices.push(text),
  });
  onTestFinished(() => emulator.stopNow());
  return { emulator, notices };
}

const create = ({ emulator }: Started) => emulator.control.sessions.create({ functionName: 'hello' }, {});
const statuses = async ({ emulator }: Started): Promise<string[]> =>
  (await emulator.control.sessions.list({ functionName: 'hello' })).sessions.map((one) => one.sessionStatus);

/** The host's wall clock runs ahead, as it does when the machine sleeps and its monotonic clock does not. */
function sleeps(milliseconds: number): void {
  const ahead = vi.spyOn(Date, 'now').mockImplementation(() => REAL_NOW() + milliseconds);
  onTestFinished(() => ahead.mockRestore());
}

test('C5: a clock that was frozen is frozen after a restart, at the same instant', async () => {
  const directory = join(temporaryFolder(), 'state');
  const before = await start(directory);
  await before.emulator.control.clock.advance(2 * HOUR);
  const frozen = await before.emulator.control.clock.freeze();
  await create(before);
  await before.emulator.stopNow();
  sleeps(5 * HOUR);
  const after = await start(directory);
  expect(await after.emulator.control.clock.show()).toMatchObject({ now: frozen.now, frozen: true });
  expect(await statuses(after)).toEqual(['Active']);
  await after.emulator.control.clock.advance(HOUR);
  await after.emulator.control.clock.resume();
  await after.emulator.stopNow();
  const last = await start(directory);
  expect((await last.emulator.control.clock.show()).frozen).toBe(false);
  expect(
    Date.parse((await last.emulator.control.clock.show()).now) - Date.parse(frozen.now) - HOUR,
  ).toBeLessThan(60_000);
});

test('C5: a sleep that was not counted is not counted after a restart either', async () => {
  const directory = join(temporaryFolder(), 'state');
  const before = await start(directory);
  await create(before);
  sleeps(HOUR);
  await expect.poll(() => before.notices, { timeout: 10_000 }).toEqual([expect.stringContaining('slept')]);
  expect(await statuses(before)).toEqual(['Active']);
  const { now } = await before.emulator.control.clock.show();
  await before.emulator.stopNow();
  const after = await start(directory);
  expect(await statuses(after)).toEqual(['Active']);
  const clock = await after.emulator.control.clock.show();
  expect(Date.parse(clock.now) - Date.parse(now)).toBeLessThan(60_000);
  expect(Math.abs(clock.offsetMs)).toBeLessThan(1000);
  // A second sleep comes on top of the first.
  sleeps(2 * HOUR);
  await expect.poll(() => after.notices, { timeout: 10_000 }).toHaveLength(1);
  await after.emulator.stopNow();
  expect(await statuses(await start(directory))).toEqual(['Active']);
});

test('C5: a sleep that was counted is counted once', async () => {
  const directory = join(temporaryFolder(), 'state');
  const before = await start(directory, { countSleep: true });
  sleeps(HOUR);
  await expect.poll(() => before.notices, { timeout: 10_000 }).toHaveLength(1);
  await create(before);
  await before.emulator.control.clock.advance(1);
  await before.emulator.stopNow();
  const after = await start(directory, { countSleep: true });
  expect(await statuses(after)).toEqual(['Active']);
  expect(Math.abs(Date.parse((await after.emulator.control.clock.show()).now) - Date.now())).toBeLessThan(
    60_000,
  );
});

test('C5: a stream that is open at the end counts as use until then', async () => {
  const directory = join(temporaryFolder(), 'state');
  const before = await start(directory);
  const { sessionId } = await create(before);
  const headers = { cookie: `x-fc-cookie-session-id=${sessionId}` };
  const [response] = await once(
    get(`${before.emulator.functions[0]?.url}/stream`, { headers, agent: false }),
    'response',
  );
  response.on('error', () => {});
  await before.emulator.control.clock.advance(HOUR);
  await before.emulator.stopNow();
  expect(await statuses(await start(directory))).toEqual(['Active']);
});
