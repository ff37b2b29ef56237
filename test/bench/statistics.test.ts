import { describe, expect, test } from 'vitest';
import { isNoisy, judge, median, quantile, ratios, slope, spreadOf } from './statistics.js';

describe('what the bench makes of its figures', () => {
  test.each([
    [[3], 3],
    [[1, 2], 1.5],
    [[9, 1, 5], 5],
    [[10, 9, 100, 1], 9.5],
  ])('the median of %j is %d, whatever their order', (numbers, expected) => {
    expect(median(numbers)).toBe(expected);
  });

  test('there is no median of nothing', () => {
    expect(() => median([])).toThrow('nothing');
  });

  test('numbers are compared as numbers, not as text', () => {
    expect(median([100, 9, 20])).toBe(20);
    expect(quantile([100, 9, 20], 1)).toBe(100);
  });

  test('a quantile is one of the numbers, and at least its share does not exceed it', () => {
    const numbers = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(quantile(numbers, 0.99)).toBe(99);
    expect(quantile(numbers, 0.5)).toBe(50);
    expect(quantile(numbers, 0)).toBe(1);
    expect(quantile([7], 0.99)).toBe(7);
  });

  test('a spread tells the median between the least and the most', () => {
    expect(spreadOf([4, 1, 3])).toEqual({ median: 3, least: 1, most: 4 });
  });

  test('ratios are taken within a round, so a slow round spoils none', () => {
    expect(ratios([2, 20], [1, 10])).toEqual([2, 2]);
    expect(() => ratios([1], [1, 2])).toThrow('rounds do not match');
  });

  test.each([
    [[1.14], false],
    [[1.16], true],
    [[1 / 1.14], false],
    [[1 / 1.16], true],
    [[1, 1, 5], false],
    [[1.2, 1.2, 1], true],
    [[Number.NaN], true],
    [[], false],
  ])('the same thing twice with ratios %j is noise: %s', (control, expected) => {
    expect(isNoisy(control)).toBe(expected);
  });

  test('a goal is reached by the median, the goal itself included', () => {
    const seen = { goal: 1.1, control: [1], judging: true };
    expect(judge({ ...seen, figures: [1.1] })).toBe('reached');
    expect(judge({ ...seen, figures: [1, 1.05, 9] })).toBe('reached');
    expect(judge({ ...seen, figures: [1.11] })).toBe('missed');
  });

  test('noise is told instead of a verdict, good or bad', () => {
    const seen = { goal: 1.1, control: [1.3, 1.2, 1.4], judging: true };
    expect(judge({ ...seen, figures: [1] })).toBe('noisy');
    expect(judge({ ...seen, figures: [2] })).toBe('noisy');
  });

  test('without a goal, or in a smoke run, nothing is judged', () => {
    const seen = { figures: [2], control: [], goal: 1 };
    expect(judge({ ...seen, judging: false })).toBe('not judged');
    expect(judge({ ...seen, goal: undefined, judging: true })).toBe('not judged');
  });

  test('the slope of a line is found, and of a single point it is none', () => {
    expect(
      slope([
        [0, 10],
        [1, 12],
        [2, 14],
      ]),
    ).toBeCloseTo(2);
    expect(slope([[5, 5]])).toBe(0);
    expect(slope([])).toBe(0);
  });
});
