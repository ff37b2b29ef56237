/**
 * Breaks a text between words into lines of at most `width` characters. A longer word has a line of its own; several
 * spaces inside a line stay. A number stays with its `ms`, and an arrow with its word.
 * @param indent what the lines after the first begin with; it counts toward their width
 */
export function wrapText(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=[^\s←])(?= (?!ms\b))/)) {
    if (line !== '' && line.length + word.length > width) {
      lines.push(line);
      line = `${indent}${word.trimStart()}`;
    } else line += word;
  }
  return [...lines, line];
}
