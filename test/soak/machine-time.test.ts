import { existsSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { afterMachineTime, stolenMs } from './machine-time.js';

function passing() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const host = { stolen: 70 };
  const act = vi.fn();
  const callOff = afterMachineTime(2000, act, () => host.stolen);
  return { host, act, callOff };
}

test('time that the host took is given again, also that which it took meanwhile', () => {
  const { host, act } = passing();
  vi.advanceTimersByTime(1000);
  host.stolen += 300;
  vi.advanceTimersByTime(1000);
  expect(act).not.toHaveBeenCalled();
  host.stolen += 50;
  vi.advanceTimersByTime(349);
  expect(act).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(act).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(10_000);
  expect(act).toHaveBeenCalledTimes(1);
});

test('where nothing is taken the time is what was asked for', () => {
  const { act } = passing();
  vi.advanceTimersByTime(1999);
  expect(act).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(act).toHaveBeenCalledTimes(1);
});

test('what is called off does not happen, given time again or not', () => {
  const { host, act, callOff } = passing();
  host.stolen += 10;
  vi.advanceTimersByTime(2005);
  callOff();
  vi.advanceTimersByTime(10_000);
  expect(act).not.toHaveBeenCalled();
});

test('what the host took is a number of the kernel', () => {
  if (!existsSync('/proc/stat')) expect(stolenMs()).toBe(0);
  else expect(stolenMs() % 10).toBe(0);
});
