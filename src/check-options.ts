import type { EmulatorOptions, ServeFunction } from './emulator-options.js';
import { FcError } from './model/errors.js';
import { HTTP_METHODS } from './model/function.js';
import { checkFunctionConfig } from './model/function-config.js';
import { isLoopback } from './model/host-rule.js';
import { checkRange } from './model/limits.js';

const PORTS = [0, 65535] as const;

/**
 * Refuses for every caller of the library what the command line refuses.
 * @throws InvalidArgument, FunctionAlreadyExists
 */
export function checkOptions({
  host = '127.0.0.1',
  apiPort = 0,
  functions,
  maxSessionTTLInSeconds,
}: EmulatorOptions): void {
  if (!isLoopback(host)) {
    throw new FcError(
      'InvalidArgument',
      `host must be a loopback address, got ${JSON.stringify(host)}: others could reach the emulator, and signed requests are not supported yet`,
      { fix: 'host 127.0.0.1' },
    );
  }
  checkRange('apiPort', apiPort, PORTS);
  if (maxSessionTTLInSeconds !== undefined) {
    checkRange('maxSessionTTLInSeconds', maxSessionTTLInSeconds, [1, Number.MAX_SAFE_INTEGER]);
  }
  const names = new Set<string>();
  const ports = new Set([apiPort]);
  for (const one of functions) {
    const { config, port = 0 } = one;
    checkServeFunction(one, maxSessionTTLInSeconds);
    if (port !== 0 && ports.has(port)) {
      throw new FcError('InvalidArgument', `port ${port} is given more than once`);
    }
    if (names.has(config.functionName)) {
      throw new FcError('FunctionAlreadyExists', `function '${config.functionName}' already exists`);
    }
    ports.add(port);
    names.add(config.functionName);
  }
}

/** @throws InvalidArgument */
export function checkServeFunction(
  { config, port = 0, methods = HTTP_METHODS }: ServeFunction,
  maxSessionTTLInSeconds: number | undefined,
): void {
  checkFunctionConfig(config, maxSessionTTLInSeconds);
  checkRange('port', port, PORTS);
  const known: readonly string[] = HTTP_METHODS;
  if (methods.length === 0 || !methods.every((method) => known.includes(method))) {
    throw new FcError(
      'InvalidArgument',
      `methods must be some of ${HTTP_METHODS.join(', ')}, got ${JSON.stringify(methods)}`,
    );
  }
}
