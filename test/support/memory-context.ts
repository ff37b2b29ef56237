import type { Context } from '../../src/cli/context.js';
import type { Screen } from '../../src/cli/output/screen.js';
import { styleFor } from '../../src/cli/output/style.js';
import { MovableClock } from '../../src/model/clock.js';

export interface MemoryContext extends Context {
  readonly stdout: MemoryScreen;
  readonly stderr: MemoryScreen;
}

export interface MemoryScreen extends Screen {
  readonly text: string;
}

/** The world of a command without a process: what it prints is kept. */
export async function memoryContext(
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<MemoryContext> {
  return {
    env: { XDG_RUNTIME_DIR: '/nonexistent', ...env },
    directory: '/nonexistent',
    stdout: await memoryScreen(),
    stderr: await memoryScreen(),
    clock: new MovableClock(),
    signals: { take() {} },
  };
}

export async function memoryScreen(columns?: number): Promise<MemoryScreen> {
  let text = '';
  return {
    isTTY: false,
    columns,
    style: await styleFor(false),
    closed: new AbortController().signal,
    failure: undefined,
    write(more) {
      text += more;
    },
    isFlushed: true,
    flush: async () => {},
    get text() {
      return text;
    },
  };
}
