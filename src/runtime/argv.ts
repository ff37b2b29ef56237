import { join, resolve } from 'node:path';
import type { FunctionConfig } from '../model/function.js';
import { startCommand } from '../model/start-command.js';

/** Where the code is on Function Compute. */
const CODE = '/code/';

/** The command line that starts an instance here: a leading `/code/` of a word means the code directory of the function. */
export function argvOf(config: FunctionConfig): readonly [string, ...string[]] {
  const [program, ...rest] = startCommand(config);
  const here = (word: string): string => inCodeDirectory(word, config);
  return [here(program), ...rest.map(here)];
}

export function inCodeDirectory(
  word: string,
  { codeDirectory }: Pick<FunctionConfig, 'codeDirectory'>,
): string {
  return word.startsWith(CODE) ? join(resolve(codeDirectory), word.slice(CODE.length)) : word;
}
