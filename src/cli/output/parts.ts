import { sanitize } from '../../model/sanitize.js';
import { wrapText } from '../../model/wrap-text.js';
import type { Style } from './style.js';

/** Text with a label before its first line. */
interface Part {
  readonly label: string;
  readonly lines: readonly string[];
}

/** Writes parts below each other, and wraps their text between words to the width of the terminal. */
export function partsText(
  parts: readonly Part[],
  { style, columns = 80 }: { readonly style: Style; readonly columns: number | undefined },
): string {
  const indent = Math.max(...parts.map(({ label }) => label.length)) + 2;
  return parts
    .flatMap(({ label, lines }) =>
      lines
        .flatMap((line) => wrapText(sanitize(line), Math.max(columns - indent, 20), '  '))
        .map((line, at) => `${style.dim((at === 0 ? label : '').padEnd(indent))}${line}\n`),
    )
    .join('');
}
