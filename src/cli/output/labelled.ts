import { sanitize } from '../../model/sanitize.js';
import { wrapText } from '../../model/wrap-text.js';
import type { Paint } from './style.js';

/** A label and a text, whose other lines stand below its first word. On a terminal it is wrapped between words. */
export function labelled(
  label: string,
  text: string,
  { paint, columns }: { readonly paint: Paint; readonly columns: number | undefined },
): string {
  const indent = ' '.repeat(label.length + 1);
  const lines = text
    .split('\n')
    .map(sanitize)
    .flatMap((line) => (columns === undefined ? [line] : wrapText(line, columns - indent.length)));
  return `${paint(label)} ${lines.join(`\n${indent}`)}`;
}
