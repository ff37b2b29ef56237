import { expect, test } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import { StartQueue } from '../../src/runtime/start-queue.js';

const never = new AbortController().signal;

function queueOf(places: number) {
  const clock = new MovableClock({ frozen: true });
  const queue = new StartQueue(clock, places);
  const begun: string[] = [];
  const begin = async (name: string, signal = never): Promise<() => void> => {
    const leave = await queue.turn(signal);
    begun.push(name);
    return leave;
  };
  return { clock, begun, begin };
}

test('as many begin as there are slots, the rest in order as slots come free (P6)', async () => {
  const { begun, begin } = queueOf(2);
  const [first] = await Promise.all([begin('a'), begin('b')]);
  const third = begin('c');
  const fourth = begin('d');
  await Promise.resolve();
  expect(begun).toEqual(['a', 'b']);
  first?.();
  first?.();
  const leaveThird = await third;
  expect(begun).toEqual(['a', 'b', 'c']);
  leaveThird();
  await fourth;
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
});

test('a start of more than a second delays no other start', async () => {
  const { clock, begun, begin } = queueOf(1);
  const slow = await begin('slow');
  const next = begin('next');
  await clock.advance(999);
  expect(begun).toEqual(['slow']);
  await clock.advance(1);
  await next;
  slow();
  expect(begun).toEqual(['slow', 'next']);
});

test('one that is called off while it waits leaves the queue', async () => {
  const { begun, begin } = queueOf(1);
  const leave = await begin('a');
  const abort = new AbortController();
  const given = begin('b', abort.signal);
  const last = begin('c');
  abort.abort(new Error('called off'));
  await expect(given).rejects.toThrow('called off');
  leave();
  await last;
  expect(begun).toEqual(['a', 'c']);
  await expect(begin('d', abort.signal)).rejects.toThrow('called off');
});
