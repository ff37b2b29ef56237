import type { FunctionConfig } from './function.js';
import { isBuiltInRuntime } from './runtimes.js';

/**
 * The command line that starts an instance, as it is configured; without a command the `bootstrap` of the code (spec §8.2), and for a
 * built-in runtime its name and the handler.
 */
export function startCommand(config: FunctionConfig): readonly [string, ...string[]] {
  const { runtime, handler, customContainerConfig: container } = config;
  const { command, args } = config.customRuntimeConfig;
  if (isServedByRuntime(config)) return [runtime, handler];
  const ofContainer = [...(container?.entrypoint ?? []), ...(container?.command ?? [])];
  const words = command.length + args.length > 0 ? [...command, ...args] : ofContainer;
  const [program = '/code/bootstrap', ...rest] = words;
  return [program, ...rest];
}

/** Whether the code is a handler function and brings no server of its own. */
export function isServedByRuntime({
  runtime,
  customRuntimeConfig: { command, args },
}: FunctionConfig): boolean {
  return isBuiltInRuntime(runtime) && command.length + args.length === 0;
}
