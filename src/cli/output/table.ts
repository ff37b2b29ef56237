import { sanitize } from '../../model/sanitize.js';
import { type Column, fitColumns } from './fit-columns.js';
import type { Screen } from './screen.js';
import type { Paint, Style } from './style.js';

type Cell = string | number;

export interface Row {
  readonly cells: readonly Cell[];
  /** The styles of single cells, by the head of the column. */
  readonly paints?: Readonly<Record<string, Paint>>;
  /** Whether the whole row is dim. */
  readonly dim?: boolean;
}

interface TableOptions extends Pick<Screen, 'style' | 'columns'> {
  /** Shows every column in full, also on a narrow terminal. */
  readonly wide?: boolean;
}

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'left-mid', 'mid-mid', 'right-mid']
    .concat(['top-mid', 'top-left', 'top-right', 'bottom-mid', 'bottom-left', 'bottom-right'])
    .map((name) => [name, '']),
);

/** Loads the table library while a command waits for an answer. Never rejects; {@link formatTable} reports a failure. */
export async function prepareTable(): Promise<void> {
  await import('cli-table3').catch(() => {});
}

/** A table without lines, with two spaces between columns, and not wider than the terminal. Escapes control characters in cells. */
export async function formatTable(
  columns: readonly Column[],
  rows: readonly Row[],
  { style, columns: width, wide = false }: TableOptions,
): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    chars: { ...NO_LINES, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  const texts = rows.map(({ cells }) => cells.map((cell) => sanitize(String(cell))));
  const fitted = fitColumns(columns, texts, wide ? undefined : width);
  table.push(fitted.columns.map(({ head }) => style.dim(head)));
  for (const [at, cells] of fitted.rows.entries()) {
    const { dim, paints = {} } = rows[at] ?? {};
    table.push(
      cells.map((text, place) => {
        const paint = dim ? style.dim : paints[fitted.columns[place]?.head ?? ''];
        return paint === undefined ? text : paint(text);
      }),
    );
  }
  return table
    .toString()
    .split('\n')
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** One resource, with a field name and its value on each line. */
export function formatDetails(
  rows: readonly (readonly [name: string, value: Cell, paint?: Paint])[],
  style: Style,
): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .map(([name, value, paint]) => {
      const text = sanitize(String(value));
      return `${style.dim(name.padEnd(width))}  ${paint === undefined ? text : paint(text)}\n`;
    })
    .join('');
}
