import type { Screen } from '../output/screen.js';

export interface Progress {
  say(text: string): void;
  clear(): void;
}

/** One line on a terminal that is always written anew, and nothing elsewhere. */
export function progressOn(screen: Screen): Progress {
  if (!screen.isTTY) return { say() {}, clear() {} };
  return {
    say: (text) => screen.write(`\r\x1b[K${screen.style.dim(text)}`),
    clear: () => screen.write('\r\x1b[K'),
  };
}
