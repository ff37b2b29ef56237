import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { curl } from '../support/curl.js';
import { FIXTURES } from '../support/run-cli.js';
import { type Served, serve } from '../support/serve.js';

/** Begins an answer and never ends it; ignores SIGTERM, and prints every 100 ms. */
const STUBBORN = `process.on('SIGTERM', () => {});
setInterval(() => console.log('tick'), 100);
require('node:http').createServer((request, response) => {
  if (request.url === '/quick') return response.end('quick');
  response.write('begun');
  console.log('begun');
}).listen(process.env.FC_SERVER_PORT)`;

function ticksOf({ events }: Served): number {
  return events.filter(({ text }) => text === 'tick').length;
}

/** Presses Ctrl-C once more, later than the copies of the first press may come (C7). */
async function pressAgain(served: Served): Promise<void> {
  await served.event(({ event }) => event === 'draining');
  const before = ticksOf(served);
  await served.event(({ text }) => text === 'tick' && ticksOf(served) > before + 6);
  served.process.kill('SIGINT');
}

describe('the end of an emulator that nobody waits for', () => {
  it('C13: Ctrl-C ends at once while an instance starts whose client has gone', async () => {
    const flags = ['--drain-timeout', '5', '--log-format', 'json'];
    const served = await serve([...flags, '--', process.execPath, `${FIXTURES}/never-listens.js`]);
    const client = connect(Number(new URL(served.url).port), '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await served.event(({ text }) => text === 'thinking');
    client.destroy();
    served.process.kill('SIGINT');
    // Waiting for the drain timeout would have made it 143.
    expect(await served.exited).toEqual({ code: 0, signal: null });
    expect(served.events).toContainEqual(
      expect.objectContaining({ event: 'request', outcome: 'client-closed', status: 499 }),
    );
  });

  it('C13: a request that a second Ctrl-C cuts off is logged as stopped', async () => {
    const served = await serve(['--', process.execPath, '-e', STUBBORN]);
    const answer = curl(served.url).catch(() => 'cut off');
    await served.event(({ text }) => text === 'begun');
    served.process.kill('SIGINT');
    await pressAgain(served);
    expect(await served.exited).toEqual({ code: 130, signal: null });
    expect(await answer).toBe('cut off');
    expect(served.events.filter(({ event }) => event === 'request')).toEqual([
      expect.objectContaining({ outcome: 'stopped', status: 200 }),
    ]);
  });

  it('C13: a request that waits for its instance is logged as stopped too', async () => {
    const served = await serve([
      '--drain-timeout',
      '1',
      '--',
      process.execPath,
      `${FIXTURES}/never-listens.js`,
    ]);
    const answer = curl(served.url).catch(() => 'cut off');
    await served.event(({ text }) => text === 'thinking');
    served.process.kill('SIGTERM');
    expect(await served.exited).toEqual({ code: 143, signal: null });
    expect(await answer).toBe('cut off');
    expect(served.events.filter(({ event }) => event === 'request')).toEqual([
      expect.objectContaining({ outcome: 'stopped', status: 503 }),
    ]);
  });

  it('C13: a second Ctrl-C does not wait for an instance that ignores SIGTERM', async () => {
    const served = await serve(['--drain-timeout', '20', '--', process.execPath, '-e', STUBBORN]);
    expect((await curl(`${served.url}/quick`)).body).toBe('quick');
    served.process.kill('SIGINT');
    await pressAgain(served);
    const ticks = ticksOf(served);
    expect(await served.exited).toEqual({ code: 130, signal: null });
    // The drain timeout lasts 200.
    expect(ticksOf(served) - ticks).toBeLessThan(50);
  });
});
