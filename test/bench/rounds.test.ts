import { expect, test } from 'vitest';
import { playRounds, ratioRow } from './rounds.js';

const recorder = () => {
  const order: string[] = [];
  const one = (name: string, figures: number[]) => ({
    name,
    run: async () => {
      order.push(name);
      return figures.shift() ?? 0;
    },
  });
  return { order, one };
};

test('everybody runs once in a round', async () => {
  const { one } = recorder();
  const series = await playRounds([one('a', [1, 2, 3]), one('b', [10, 20, 30])], 3);
  expect(series).toEqual({ a: [1, 2, 3], b: [10, 20, 30] });
});

test('everybody is equally often first and last', async () => {
  const { order, one } = recorder();
  await playRounds([one('a', []), one('b', []), one('c', [])], 3000);
  for (const name of ['a', 'b', 'c']) {
    for (const place of [0, 2]) {
      const often = order.filter((who, at) => who === name && at % 3 === place).length;
      expect(often, `${name} at ${place}`).toBeGreaterThan(900);
      expect(often, `${name} at ${place}`).toBeLessThan(1100);
    }
  }
});

test('a round that fails fails the measure', async () => {
  const failing = { name: 'a', run: () => Promise.reject(new Error('no answer')) };
  await expect(playRounds([failing], 1)).rejects.toThrow('no answer');
});

test('a row compares within the rounds and is doubted by its control', () => {
  const question = {
    id: 'P0',
    what: 'x',
    goal: 2,
    of: 'b',
    to: 'a',
    control: 'c',
    unit: 'µs',
    judging: true,
  };
  const calm = ratioRow({ ...question, series: { a: [1, 10, 2], b: [2, 20, 4], c: [1, 10, 2] } });
  expect(calm).toMatchObject({ measured: { median: 2 }, control: { median: 1 }, verdict: 'reached' });
  const wild = ratioRow({ ...question, series: { a: [1, 10, 2], b: [2, 20, 4], c: [2, 20, 2] } });
  expect(wild.verdict).toBe('noisy');
});
