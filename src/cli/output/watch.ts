import type { Context } from '../context.js';
import { flag } from '../options/option-kinds.js';
import { formatResult, type OutputForm, type Result } from './print-result.js';
import { safeJson } from './safe-json.js';
import { prepareTable } from './table.js';

export const WATCH = { watch: flag('-w, --watch', 'show changes until Ctrl-C', { flagOnly: true }) };

const INTERVAL_MS = 1000;

/**
 * Prints a list once, or with --watch again after each change. On a terminal, each list replaces the last one. Elsewhere, JSON is one line
 * each time.
 */
export async function showOrWatch(
  look: () => Promise<Result>,
  { watch, form, none }: { readonly watch: boolean; readonly form: OutputForm; readonly none: string },
  { stdout, stderr, clock }: Context,
): Promise<void> {
  const isTable = form === 'table' || form === 'wide';
  if (!watch) {
    const looking = look();
    // Done while the command waits for the answer.
    if (isTable) setImmediate(prepareTable);
    const result = await looking;
    stdout.write(await formatResult(form, result));
    if (result.names.length === 0 && isTable) stderr.write(`${none}\n`);
    return;
  }
  const { wait } = await import('../../system/wait.js');
  let shown: string | undefined;
  while (!stdout.closed.aborted) {
    const result = await look();
    const text = form === 'json' ? `${safeJson(result.json)}\n` : await formatResult(form, result);
    const repaints = stdout.isTTY && isTable;
    if (text !== shown) stdout.write(`${repaints ? '\x1b[H\x1b[2J' : ''}${text}`);
    shown = text;
    await wait(clock, INTERVAL_MS, { signal: stdout.closed, keepAlive: true });
  }
}
