import { sanitize } from '../../model/sanitize.js';
import type { Style } from './style.js';

type Cell = string | number;

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'left-mid', 'mid-mid', 'right-mid']
    .concat(['top-mid', 'top-left', 'top-right', 'bottom-mid', 'bottom-left', 'bottom-right'])
    .map((name) => [name, '']),
);

/** Loads what draws tables, for one who has nothing else to do meanwhile. Never rejects; a failure is told by {@link formatTable}. */
export async function prepareTable(): Promise<void> {
  await import('cli-table3').catch(() => {});
}

/** Columns under their heads, two spaces apart, without lines. Cells are made safe here. */
export async function formatTable(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  style: Style,
): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    chars: { ...NO_LINES, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  if (head.length > 0) table.push(head.map((name) => style.dim(name)));
  for (const row of rows) table.push(row.map((cell) => sanitize(String(cell))));
  return table
    .toString()
    .split('\n')
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** One resource: a name and its value on each line. */
export function formatDetails(rows: readonly (readonly [name: string, value: Cell])[], style: Style): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .map(([name, value]) => `${style.dim(name.padEnd(width))}  ${sanitize(String(value))}\n`)
    .join('');
}
