import { expect, test } from 'vitest';
import { boundedFeed } from '../../src/model/bounded-feed.js';

const GAP = (missed: number): string => `gap of ${missed}`;

function emitter() {
  const listeners = new Set<(value: string) => void>();
  return {
    listeners,
    emit(value: string) {
      for (const listener of listeners) listener(value);
    },
    subscribe(listener: (value: string) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

test('C1: a reader that is 1,000 values behind loses the oldest and reads how many', async () => {
  const source = emitter();
  const stop = new AbortController();
  const feed = boundedFeed({ subscribe: source.subscribe, signal: stop.signal, first: ['zero'], gap: GAP });
  expect(await feed.next()).toMatchObject({ value: 'zero' });
  for (let count = 1; count <= 1500; count++) source.emit(`${count}`);
  const read: string[] = [];
  for await (const value of feed) {
    read.push(value);
    if (value === '1500') stop.abort();
  }
  expect(read).toEqual(['gap of 500', ...Array.from({ length: 1000 }, (_, index) => `${index + 501}`)]);
  expect(source.listeners.size).toBe(0);
});

test('C1: values that come during the read of a gap are reported as the next gap', async () => {
  const source = emitter();
  const feed = boundedFeed({ subscribe: source.subscribe, signal: new AbortController().signal, gap: GAP });
  const first = feed.next();
  source.emit('first');
  expect(await first).toMatchObject({ value: 'first' });
  for (let count = 0; count < 1001; count++) source.emit('a');
  expect(await feed.next()).toMatchObject({ value: 'gap of 1' });
  for (let count = 0; count < 1000; count++) source.emit('b');
  expect(await feed.next()).toMatchObject({ value: 'gap of 1000' });
  expect(await feed.next()).toMatchObject({ value: 'b' });
  await feed.return(undefined);
  expect(source.listeners.size).toBe(0);
});

test('a feed ends when its source has ended and everything is read', async () => {
  const source = emitter();
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const feed = boundedFeed({
    subscribe: source.subscribe,
    signal: new AbortController().signal,
    ended,
    gap: GAP,
  });
  const first = feed.next();
  source.emit('one');
  source.emit('two');
  end();
  expect(await first).toMatchObject({ value: 'one' });
  expect(await feed.next()).toMatchObject({ value: 'two' });
  expect(await feed.next()).toMatchObject({ done: true });
  expect(source.listeners.size).toBe(0);
});
