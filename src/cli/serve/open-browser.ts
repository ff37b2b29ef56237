import { spawn } from 'node:child_process';
import type { Context } from '../context.js';

/** The command that opens an address on each system, with the address as its argument. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [program: string, ...args: string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/**
 * Opens an address in the user's browser. The browser stays open when this process ends.
 * @param onFailure called with the reason when no browser was opened
 */
export function openBrowser(
  url: string,
  { env, onFailure }: { readonly env: Context['env']; readonly onFailure: (reason: string) => void },
): void {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, url], { detached: true, stdio: 'ignore', env });
  child.on('error', () => onFailure(`${program} cannot be run`));
  child.on('exit', (code) => {
    if (code !== 0 && code !== null) onFailure(`${program} ended with ${code}`);
  });
  child.unref();
}
