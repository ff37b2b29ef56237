import { sanitize } from './sanitize.js';

/**
 * @param name `error`, `warning` or `notice`
 * @param properties `title`, `file`, `line`, …
 * @returns a workflow command of GitHub Actions, one line, safe to print
 */
export function workflowCommand(
  name: string,
  properties: Readonly<Record<string, string | number>>,
  lines: readonly string[],
): string {
  const given = Object.entries(properties).map(
    ([key, value]) => `${key}=${property(sanitize(String(value)))}`,
  );
  return `::${name} ${given.join(',')}::${data(lines.map((line) => sanitize(line)).join('\n'))}`;
}

/** The text of a command. Line ends become percent codes, because a line end would end the command. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** A property of a command: a comma or colon would end it too. */
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
