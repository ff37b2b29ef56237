import type { Screen } from '../output/screen.js';

export interface Progress {
  say(text: string): void;
  clear(): void;
}

/** On a terminal one line, which each text overwrites. Elsewhere nothing. */
export function progressOn(screen: Screen): Progress {
  if (!screen.isTTY) return { say() {}, clear() {} };
  return {
    say: (text) => screen.write(`\r\x1b[K${screen.style.dim(text.slice(0, (screen.columns ?? 80) - 1))}`),
    clear: () => screen.write('\r\x1b[K'),
  };
}
