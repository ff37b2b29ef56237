import { sanitize } from '../../model/sanitize.js';
import type { Style } from './style.js';

/** Text with a label before its first line. */
interface Part {
  readonly label: string;
  readonly lines: readonly string[];
}

/** Writes parts one below the other, the text wrapped between words to the width of the terminal. */
export function partsText(
  parts: readonly Part[],
  { style, columns = 80 }: { readonly style: Style; readonly columns: number | undefined },
): string {
  const indent = Math.max(...parts.map(({ label }) => label.length)) + 2;
  return parts
    .flatMap(({ label, lines }) =>
      lines
        .flatMap((line) => wrapped(sanitize(line), Math.max(columns - indent, 20)))
        .map((line, at) => `${style.dim((at === 0 ? label : '').padEnd(indent))}${line}\n`),
    )
    .join('');
}

/** Breaks a text between words; runs of spaces inside a line stay. A word that is too long is not broken. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\S)(?= )/)) {
    if (line !== '' && line.length + word.length > width) {
      lines.push(line);
      line = `  ${word.trimStart()}`;
    } else line += word;
  }
  return [...lines, line];
}
