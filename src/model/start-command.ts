import type { FunctionConfig } from './function.js';

/** The command line that starts an instance, as it is configured; without a command the `bootstrap` of the code (spec §8.2). */
export function startCommand({
  customRuntimeConfig: { command, args },
  customContainerConfig: container,
}: Pick<FunctionConfig, 'customRuntimeConfig' | 'customContainerConfig'>): readonly [string, ...string[]] {
  const ofContainer = [...(container?.entrypoint ?? []), ...(container?.command ?? [])];
  const words = command.length + args.length > 0 ? [...command, ...args] : ofContainer;
  const [program = '/code/bootstrap', ...rest] = words;
  return [program, ...rest];
}
