import type { Screen } from '../output/screen.js';

export interface Progress {
  say(text: string): void;
  /** Shows the progress of a wait as a bar. */
  wait(what: string, waited: { readonly seconds: number; readonly ofSeconds: number }): void;
  clear(): void;
}

const BAR = 20;

/** On a terminal, one line that each text replaces. Elsewhere, no output. */
export function progressOn(screen: Screen): Progress {
  if (!screen.isTTY) return { say() {}, wait() {}, clear() {} };
  const say = (text: string): void =>
    screen.write(`\r\x1b[K${screen.style.dim(text.slice(0, (screen.columns ?? 80) - 1))}`);
  return {
    say,
    wait(what, { seconds, ofSeconds }) {
      const part = seconds / ofSeconds;
      const whole = Math.ceil(ofSeconds);
      const done = Math.round(part * BAR);
      const bar = `${'█'.repeat(done)}${'░'.repeat(BAR - done)}`;
      say(`${what}: waiting ${bar} ${Math.floor(part * whole)} of ${whole} s`);
    },
    clear: () => screen.write('\r\x1b[K'),
  };
}
