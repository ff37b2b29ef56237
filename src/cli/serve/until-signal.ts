import type { Emulator } from '../../emulator-options.js';
import { EXIT } from '../failure.js';
import type { SignalName, Signals } from '../signals.js';

interface ShutdownOptions {
  readonly emulator: Promise<Emulator>;
  readonly signals: Signals;
  readonly onDrain: (signal: SignalName) => void;
  readonly onEnded: (forced: boolean) => void;
}

/** The exit code after an aborted drain, which shells also report for SIGTERM. */
const FORCED = 143;

/**
 * Runs the emulator until a signal (quality F-08): the first signal drains it, and a second signal ends it at once. Must be called before
 * the emulator is ready, so that no signal is lost.
 * @returns the exit code
 * @throws the error of the emulator's start
 */
export async function untilSignal({ emulator, signals, onDrain, onEnded }: ShutdownOptions): Promise<number> {
  const firstSignal = new Promise<SignalName>((first) => {
    let count = 0;
    signals.take((signal) => {
      count += 1;
      if (count === 1) return first(signal);
      // A third signal ends this process at once, and the guard ends the processes that are left.
      if (count > 2) process.exit(codeOf(signal));
      void emulator.then((running) => running.stopNow()).finally(() => process.exit(codeOf(signal)));
    });
  });
  const running = await emulator;
  const signal = await firstSignal;
  onDrain(signal);
  const { forced } = await running.stop();
  onEnded(forced);
  return forced ? FORCED : EXIT.done;
}

function codeOf(signal: SignalName): number {
  return signal === 'SIGINT' ? EXIT.interrupted : FORCED;
}
