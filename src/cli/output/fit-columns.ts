export interface Column {
  readonly head: string;
  /** A shorter form of a cell, for a narrow terminal. */
  readonly short?: (text: string) => string;
  /** The smallest width of a cell on a narrow terminal. Without it, the cells of the column are not shortened. */
  readonly least?: number;
  /** The order in which columns are dropped on a narrow terminal, 1 first. Columns without it are not dropped. */
  readonly dropped?: number;
}

interface Fitted {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

const GAP = 2;
/** Characters that are two columns wide on a terminal, and characters without width. */
const DOUBLE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const NONE = /\p{Mn}|\p{Me}|\u200d|\ufe0f/u;

/**
 * Fits a table into the width of the terminal: uses the short forms of cells, then shortens long cells, then drops columns, each only
 * if necessary.
 * @param rows cells without control characters
 * @param width the width of the terminal; undefined without a terminal, and then the table does not change
 */
export function fitColumns(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
): Fitted {
  const whole = { columns, rows };
  if (width === undefined || excess(whole, width) <= 0) return whole;
  let fitted: Fitted = {
    columns,
    rows: rows.map((cells) => cells.map((text, at) => columns[at]?.short?.(text) ?? text)),
  };
  fitted = cutCells(fitted, excess(fitted, width));
  while (excess(fitted, width) > 0) {
    const next = Math.min(...fitted.columns.map(({ dropped = Infinity }) => dropped));
    if (next === Infinity) break;
    fitted = without(
      fitted,
      fitted.columns.findIndex(({ dropped }) => dropped === next),
    );
  }
  return fitted;
}

/** @returns the text in `width` columns of a terminal, with an ellipsis if it was shortened */
function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (widthOf(kept) + widthOf(character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

function cutCells(fitted: Fitted, tooMuch: number): Fitted {
  let left = tooMuch;
  let { rows } = fitted;
  const widths = widthsOf(fitted);
  const cuttable = fitted.columns
    .map(({ least }, at) => ({ at, least: least ?? Infinity, width: widths[at] ?? 0 }))
    .filter(({ least, width }) => width > least)
    .sort((one, other) => other.width - one.width);
  for (const { at, least, width } of cuttable) {
    if (left <= 0) break;
    const target = Math.max(least, width - left);
    left -= width - target;
    rows = rows.map((cells) => cells.map((text, place) => (place === at ? cut(text, target) : text)));
  }
  return { ...fitted, rows };
}

function without({ columns, rows }: Fitted, at: number): Fitted {
  return { columns: columns.toSpliced(at, 1), rows: rows.map((cells) => cells.toSpliced(at, 1)) };
}

function excess(fitted: Fitted, width: number): number {
  const widths = widthsOf(fitted);
  return widths.reduce((sum, one) => sum + one, GAP * (widths.length - 1)) - width;
}

function widthsOf({ columns, rows }: Fitted): number[] {
  return columns.map(({ head }, at) =>
    Math.max(head.length, ...rows.map((cells) => widthOf(cells[at] ?? ''))),
  );
}

function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += NONE.test(character) ? 0 : DOUBLE.test(character) ? 2 : 1;
  return width;
}
