import { expect, test } from 'vitest';
import { NonceMemory } from '../../src/api/nonce-memory.js';

const WINDOW = 900_000;
const at = (signedAt: number, now = signedAt) => ({ signedAt, oldest: now - WINDOW });

test('a nonce is taken once', () => {
  const memory = new NonceMemory();
  expect(memory.take('a', at(1_000_000))).toBe(true);
  expect(memory.take('a', at(1_000_000))).toBe(false);
  expect(memory.take('b', at(1_000_000))).toBe(true);
});

test('a nonce whose date is outside the window is forgotten: its request is refused for its date', () => {
  const memory = new NonceMemory();
  for (let second = 0; second < 5_000; second += 1) memory.take(`n${second}`, at(second * 1000));
  expect(memory.size).toBeLessThanOrEqual(902);
});

test('a full memory never takes a request twice, and takes new ones', () => {
  const memory = new NonceMemory(100);
  const seen: [string, number][] = [];
  for (let n = 0; n < 1_000; n += 1) {
    const signedAt = 1_000_000 + n * 100;
    expect(memory.take(`n${n}`, at(signedAt))).toBe(true);
    seen.push([`n${n}`, signedAt]);
    expect(memory.size).toBeLessThanOrEqual(100);
  }
  for (const [nonce, signedAt] of seen) expect(memory.take(nonce, at(signedAt, 1_100_000))).toBe(false);
});

test('a client whose clock is ahead does not shut out the others', () => {
  const memory = new NonceMemory(10);
  memory.take('ahead', at(1_800_000, 1_000_000));
  for (let n = 0; n < 100; n += 1) expect(memory.take(`n${n}`, at(1_000_000 + n * 1000))).toBe(true);
});
