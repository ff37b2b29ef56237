import { describe, expect, test } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import { watchForSleep } from '../../src/model/sleep-watch.js';
import { hostTime } from '../support/host-time.js';

describe('watchForSleep', () => {
  test('F-19 reports a machine that slept and a clock that was set, once each, and not of a drift', () => {
    const source = hostTime();
    const clock = new MovableClock({ source });
    const gaps: number[] = [];
    const end = watchForSleep(clock, (gap) => gaps.push(gap));
    const live = (ms: number): void => {
      source.jump(ms);
      source.pass(ms);
    };
    source.jump(1_900);
    live(5_000);
    expect(gaps).toEqual([]);
    source.jump(3_600_000);
    live(5_000);
    live(5_000);
    expect(gaps).toEqual([3_601_900]);
    source.jump(-7_200_000);
    live(5_000);
    live(5_000);
    expect(gaps).toEqual([3_601_900, -7_200_000]);
    end();
    source.jump(3_600_000);
    live(10_000);
    expect(gaps).toHaveLength(2);
  });

  test('F-18 F-19 the clock itself goes on as if nothing had been', () => {
    const source = hostTime();
    const clock = new MovableClock({ source });
    const before = clock.now();
    source.jump(3_600_000);
    source.pass(1_000);
    expect(clock.now() - before).toBe(1_000);
  });
});

describe('MovableClock', () => {
  test('starts at the host wall time and then counts only what has passed (I14 F-18)', () => {
    const source = hostTime();
    const clock = new MovableClock({ source });
    expect(clock.wallTime().getTime()).toBe(1_700_000_000_000);
    source.jump(3_600_000);
    source.pass(1_200);
    expect(clock.wallTime().getTime()).toBe(1_700_000_001_200);
  });

  test('wakes in the order of deadlines, and of setting where they are equal', () => {
    const source = hostTime();
    const clock = new MovableClock({ source });
    const woken: string[] = [];
    const at = (name: string, ms: number) => clock.wakeAt(clock.now() + ms, () => void woken.push(name));
    at('c', 30);
    at('a', 10);
    at('b', 20);
    at('b2', 20);
    const off = at('never', 15);
    off();
    off();
    source.pass(20);
    expect(woken).toEqual(['a', 'b', 'b2']);
    source.pass(10);
    expect(woken).toEqual(['a', 'b', 'b2', 'c']);
  });

  test('wakes that take long let others in between, and none is lost or out of order', () => {
    const source = hostTime();
    const clock = new MovableClock({ source });
    const woken: number[] = [];
    for (let name = 1; name <= 5; name++) {
      clock.wakeAt(clock.now() + name, () => {
        woken.push(name);
        source.work(3);
      });
    }
    source.pass(1_000);
    expect(woken).toEqual([1, 2]);
    source.pass(0);
    expect(woken).toEqual([1, 2, 3, 4]);
    source.pass(0);
    expect(woken).toEqual([1, 2, 3, 4, 5]);
    expect(clock.now()).toBe(1_700_000_001_015);
  });

  test('F-20 never asks for a timer longer than Node can hold, and is not early', () => {
    const source = hostTime();
    const clock = new MovableClock({ source });
    let woken = 0;
    const month = 30 * 86_400_000;
    clock.wakeAt(clock.now() + month, () => void woken++);
    expect(Math.max(...source.delays)).toBeLessThanOrEqual(2 ** 31 - 1);
    source.pass(2 ** 31 - 1);
    expect(woken).toBe(0);
    source.pass(month - (2 ** 31 - 1));
    expect(woken).toBe(1);
  });

  test('advance fires every deadline on the way, at its time, also those set on the way', async () => {
    const clock = new MovableClock({ frozen: true });
    const start = clock.now();
    const woken: [string, number][] = [];
    clock.wakeAt(start + 10, () => {
      woken.push(['first', clock.now() - start]);
      clock.wakeAt(clock.now() + 5, () => void woken.push(['second', clock.now() - start]));
    });
    clock.wakeAt(start + 12, () => void woken.push(['between', clock.now() - start]));
    clock.wakeAt(start + 101, () => void woken.push(['later', clock.now() - start]));
    await clock.advance(100);
    expect(woken).toEqual([
      ['first', 10],
      ['between', 12],
      ['second', 15],
    ]);
    expect(clock.now() - start).toBe(100);
  });

  test.each([true, false])('C3: moves that meet add up (frozen: %s)', async (frozen) => {
    const source = hostTime();
    const clock = new MovableClock({ source, frozen });
    const begun = clock.now();
    // Wakes that take long let the second move in while the first is under way.
    for (let second = 1; second <= 10; second++) {
      clock.wakeAt(begun + second * 1000, () => source.work(frozen ? 10 : 6));
    }
    let moving = 2;
    const moved = (): void => void moving--;
    void clock.advance(6 * 3_600_000).then(moved);
    void clock.advance(6 * 3_600_000).then(moved);
    while (moving > 0) {
      source.pass(0);
      await Promise.resolve();
    }
    expect(frozen ? clock.now() - begun : clock.offset).toBe(12 * 3_600_000);
  });

  test('advance returns when what the wakes began has ended', async () => {
    const clock = new MovableClock({ frozen: true });
    let ended = false;
    let end = (): void => {};
    clock.wakeAt(clock.now() + 1, async () => {
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      ended = true;
    });
    const advanced = clock.advance(1);
    end();
    await advanced;
    expect(ended).toBe(true);
  });

  test('a running clock that was advanced wakes at the right time afterwards', async () => {
    const source = hostTime();
    const clock = new MovableClock({ source });
    let woken = 0;
    clock.wakeAt(clock.now() + 1_000, () => void woken++);
    await clock.advance(900);
    expect(clock.offset).toBe(900);
    source.pass(99);
    expect(woken).toBe(0);
    source.pass(1);
    expect(woken).toBe(1);
  });

  test('a frozen clock does not move and wakes no timer; a resumed clock goes on from there', () => {
    const source = hostTime();
    const clock = new MovableClock({ source });
    let woken = 0;
    clock.wakeAt(clock.now() + 100, () => void woken++);
    source.pass(50);
    clock.freeze();
    const at = clock.now();
    source.pass(1_000);
    expect(clock.now()).toBe(at);
    expect(woken).toBe(0);
    clock.resume();
    expect(clock.now()).toBe(at);
    source.pass(49);
    expect(woken).toBe(0);
    source.pass(1);
    expect(woken).toBe(1);
    expect(clock.offset).toBe(-1_000);
  });

  test('a wake that sets another alarm for now lets others in first', () => {
    const source = hostTime();
    const clock = new MovableClock({ source });
    let rounds = 0;
    const again = (): void => {
      rounds++;
      clock.wakeAt(clock.now(), again);
    };
    clock.wakeAt(clock.now() + 1, again);
    source.pass(1);
    expect(rounds).toBe(1);
    source.pass(0);
    expect(rounds).toBe(2);
  });

  test('keeps the order of many deadlines set and called off at random', async () => {
    const clock = new MovableClock({ frozen: true });
    let state = 7;
    const random = (): number => {
      state = (state * 48271) % 2147483647;
      return state;
    };
    const start = clock.now();
    const woken: number[] = [];
    const kept: number[] = [];
    for (let count = 0; count < 5_000; count++) {
      const at = random() % 1_000;
      const off = clock.wakeAt(start + at, () => void woken.push(at));
      if (random() % 3 === 0) off();
      else kept.push(at);
    }
    await clock.advance(1_000);
    expect(woken).toEqual(kept.sort((a, b) => a - b));
  });
});

test('a clock that begins frozen shows its start, however slow the host is', async () => {
  const source = hostTime();
  const slow = {
    ...source,
    monotonic: () => {
      source.work(3);
      return source.monotonic();
    },
  };
  const clock = new MovableClock({ source: slow, frozen: true, startAt: 1_700_000_000_000 });
  expect(clock.now()).toBe(1_700_000_000_000);
  const kept = { offsetMs: 0, skippedMs: 0, frozenAt: 1_700_000_000_777 };
  expect(new MovableClock({ source: slow, kept }).now()).toBe(1_700_000_000_777);
});
