import { describe, expect, test } from 'vitest';
import { EventBus } from '../../src/events/event-bus.js';
import { MovableClock } from '../../src/model/clock.js';
import type { EmulatorEvent, EventBody } from '../../src/model/events.js';

function bus(onEvent?: (event: EmulatorEvent) => void) {
  const clock = new MovableClock({ frozen: true });
  const events = new EventBus({ sessionClock: clock, processClock: clock, onEvent });
  let built = 0;
  const emit = (requestId = 'r'): void =>
    events.emit((): EventBody => {
      built++;
      return {
        type: 'request.begin',
        requestId,
        functionName: 'f',
        qualifier: 'LATEST',
        entrance: 'trigger',
        method: 'GET',
        target: '/',
      };
    });
  return {
    events,
    clock,
    emit,
    get built() {
      return built;
    },
  };
}

describe('the event bus', () => {
  test('counts an event without a listener, and does not build it', () => {
    const one = bus();
    one.emit();
    one.emit();
    expect([one.built, one.events.seq]).toEqual([0, 2]);
    const seen: number[] = [];
    const end = one.events.subscribe(({ seq }) => seen.push(seq));
    one.emit();
    end();
    expect([seen, one.built]).toEqual([[3], 1]);
  });

  test('builds each event once for all listeners, with its number and the time of the session clock', async () => {
    const seen: EmulatorEvent[] = [];
    const one = bus((event) => seen.push(event));
    one.events.subscribe((event) => seen.push(event));
    await one.clock.advance(5000);
    one.emit();
    expect(one.built).toBe(1);
    expect(seen).toEqual([
      expect.objectContaining({ seq: 1, at: one.clock.now(), type: 'request.begin' }),
      expect.objectContaining({ seq: 1, at: one.clock.now(), type: 'request.begin' }),
    ]);
  });

  test('builds events of requests for every listener, and for `onEvent` only with requestEvents', () => {
    let told = 0;
    const clock = new MovableClock({ frozen: true });
    const events = new EventBus({
      sessionClock: clock,
      processClock: clock,
      onEvent: () => void told++,
      requestEvents: false,
    });
    let built = 0;
    const build = (): EventBody => {
      built++;
      return { type: 'clock.frozen', clock: { now: '', offsetMs: 0, frozen: true } };
    };
    events.emitOfRequest(build);
    expect([built, told, events.seq]).toEqual([0, 0, 1]);
    events.emit(build);
    expect([built, told]).toEqual([1, 1]);
    const seen: number[] = [];
    events.subscribe(({ seq }) => seen.push(seq));
    events.emitOfRequest(build);
    expect([built, told, seen]).toEqual([2, 1, [3]]);
  });
});
