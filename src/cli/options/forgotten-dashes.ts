import { pasteable } from '../output/pasteable.js';
import type { OptionTable } from './options.js';

/**
 * For a line such as `serve --port 0 node app.js`.
 * @param line its words, the first being the command
 * @returns the line with `--` before the handler's command; undefined when there is no such command
 */
export function withDashes(line: readonly string[], table: OptionTable): string | undefined {
  const takesValue = new Map(
    Object.values(table).flatMap(({ flags, kind }) =>
      flags.split(/,? /).map((word) => [word, kind === 'value' || kind === 'list'] as const),
    ),
  );
  let at = 1;
  for (let word = line[at]; word?.startsWith('-'); word = line[at]) {
    const [name = ''] = word.split('=');
    const hasOperand = takesValue.get(name);
    // For a misspelt option of fc-affinity, the nearest option is the better advice.
    if (hasOperand === undefined) return undefined;
    at += hasOperand && !word.includes('=') ? 2 : 1;
  }
  if (at >= line.length) return undefined;
  return pasteable(['fc-affinity', ...line.slice(0, at), '--', ...line.slice(at)]);
}
