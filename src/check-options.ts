import type { EmulatorOptions, ServeFunction } from './emulator-options.js';
import { FcError } from './model/errors.js';
import type { HttpTrigger } from './model/function.js';
import { checkFunctionConfig } from './model/function-config.js';
import { isLoopback } from './model/host-rule.js';
import { checkRange } from './model/limits.js';
import { checkUnlike, completeTrigger } from './model/trigger-config.js';

const PORTS = [0, 65535] as const;

/**
 * Refuses for every caller of the library what the command line refuses.
 * @throws InvalidArgument, FunctionAlreadyExists
 */
export function checkOptions({
  host = '127.0.0.1',
  port = 0,
  apiPort = 0,
  functions,
  maxSessionTTLInSeconds,
  accessKeyId,
  accessKeySecret,
}: EmulatorOptions): void {
  if ((accessKeyId === undefined) !== (accessKeySecret === undefined)) {
    throw new FcError('InvalidArgument', 'accessKeyId and accessKeySecret belong together: one is missing');
  }
  if (host === '') throw new FcError('InvalidArgument', 'host must not be empty');
  if (!isLoopback(host) && accessKeyId === undefined) {
    throw new FcError(
      'InvalidArgument',
      `host ${JSON.stringify(host)} is not a loopback address: others can reach it, so accessKeyId and accessKeySecret are needed`,
      { fix: 'host 127.0.0.1, or a pair of keys' },
    );
  }
  checkRange('port', port, PORTS);
  checkRange('apiPort', apiPort, PORTS);
  if (maxSessionTTLInSeconds !== undefined) {
    checkRange('maxSessionTTLInSeconds', maxSessionTTLInSeconds, [1, Number.MAX_SAFE_INTEGER]);
  }
  const names = new Set<string>();
  const ports = new Set<number>();
  if (functions.length === 0) checkNewPort(port, ports);
  checkNewPort(apiPort, ports);
  for (const one of functions) {
    const { functionName } = one.config;
    checkServeFunction(one, maxSessionTTLInSeconds);
    for (const trigger of one.triggers ?? []) checkNewPort(trigger.port ?? 0, ports);
    if (names.has(functionName))
      throw new FcError('FunctionAlreadyExists', `function '${functionName}' already exists`);
    names.add(functionName);
  }
}

/** @throws InvalidArgument, TriggerAlreadyExists */
export function checkServeFunction(
  { config, triggers = [] }: ServeFunction,
  maxSessionTTLInSeconds: number | undefined,
): void {
  checkFunctionConfig(config, maxSessionTTLInSeconds);
  const { functionName } = config;
  const all: HttpTrigger[] = [];
  for (const { port = 0, ...input } of triggers) {
    checkRange('port', port, PORTS);
    const trigger = completeTrigger({ functionName, ...input });
    checkUnlike(trigger, all);
    all.push(trigger);
  }
}

/** @throws InvalidArgument for a port that is in `ports`; adds it */
function checkNewPort(port: number, ports: Set<number>): void {
  if (ports.has(port)) throw new FcError('InvalidArgument', `port ${port} is given more than once`);
  if (port !== 0) ports.add(port);
}
