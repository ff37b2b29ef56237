import { join, resolve } from 'node:path';
import { FcError } from '../model/errors.js';
import type { FunctionConfig } from '../model/function.js';
import { isServedByRuntime, startCommand } from '../model/start-command.js';
import { builtInArgv } from './built-in-runtime.js';

/** Where the code is on Function Compute. */
const CODE = '/code/';

/**
 * The command line that starts an instance here: a leading `/code/` of a word means the code directory of the function.
 * @throws CAFileNotFound, with a fix, for a runtime that is not emulated, or an image without a command
 */
export function argvOf(config: FunctionConfig): readonly [string, ...string[]] {
  if (isServedByRuntime(config)) return builtInArgv(config);
  const [program, ...rest] = startCommand(config);
  if (config.runtime === 'custom-container' && isWithoutCommand(config)) throw imageWithoutCommand(config);
  const here = (word: string): string => inCodeDirectory(word, config);
  return [here(program), ...rest.map(here)];
}

export function inCodeDirectory(
  word: string,
  { codeDirectory }: Pick<FunctionConfig, 'codeDirectory'>,
): string {
  return word.startsWith(CODE) ? join(resolve(codeDirectory), word.slice(CODE.length)) : word;
}

function isWithoutCommand({ customRuntimeConfig, customContainerConfig }: FunctionConfig): boolean {
  const { command, args } = customRuntimeConfig;
  const { entrypoint = [], command: ofImage = [] } = customContainerConfig ?? {};
  return [...command, ...args, ...entrypoint, ...ofImage].length === 0;
}

function imageWithoutCommand({ customContainerConfig }: FunctionConfig): FcError {
  const image = JSON.stringify(customContainerConfig?.image ?? '');
  return new FcError(
    'CAFileNotFound',
    `The function cannot be started. its image ${image} is not pulled: instances are processes of this machine`,
    {
      fix: 'give the command that the image runs, in customContainerConfig.command, with the code in the code folder',
    },
  );
}
