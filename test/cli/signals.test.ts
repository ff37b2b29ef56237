import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type SignalName, signalsOf } from '../../src/cli/signals.js';
import { MovableClock } from '../../src/model/clock.js';
import { ignoresHangup } from '../../src/system/ignores-hangup.js';

function heard({ ignoresHangup = false } = {}) {
  const source = new EventEmitter();
  const clock = new MovableClock({ frozen: true });
  const codes: number[] = [];
  const names: SignalName[] = [];
  const signals = signalsOf(source, { clock: () => clock, ignoresHangup, exit: (code) => codes.push(code) });
  return { source, clock, codes, names, signals, take: () => signals.take((name) => names.push(name)) };
}

describe('the signals of the process', () => {
  it('C7: copies within 500 ms, of whatever name, are one wish', async () => {
    const { source, clock, names, take } = heard();
    take();
    source.emit('SIGINT');
    source.emit('SIGINT');
    await clock.advance(200);
    source.emit('SIGTERM');
    await clock.advance(300);
    source.emit('SIGHUP');
    expect(names).toEqual(['SIGINT']);
  });

  it('C7: a press later than that is another wish, and its copies are dropped too', async () => {
    const { source, clock, names, take } = heard();
    take();
    source.emit('SIGINT');
    await clock.advance(501);
    source.emit('SIGINT');
    source.emit('SIGTERM');
    await clock.advance(501);
    source.emit('SIGINT');
    expect(names).toEqual(['SIGINT', 'SIGINT', 'SIGINT']);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends a command that did not take it with %i', (name, code) => {
    const { source, codes } = heard();
    source.emit(name);
    expect(codes).toEqual([code]);
  });

  it('C7: SIGHUP that was ignored stays ignored, and is no copy that hides another', () => {
    const { source, names, take } = heard({ ignoresHangup: true });
    take();
    source.emit('SIGHUP');
    source.emit('SIGINT');
    expect(names).toEqual(['SIGINT']);
  });

  it('C7: knows nohup by what the shell says of it', () => {
    expect(ignoresHangup({ _: '/usr/bin/nohup' })).toBe(true);
    expect(ignoresHangup({ _: '/usr/bin/node' })).toBe(false);
    expect(ignoresHangup({})).toBe(false);
  });
});
