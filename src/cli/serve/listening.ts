import { resolve } from 'node:path';
import type { EmulatorOptions } from '../../emulator-options.js';
import { DEFAULT_TRIGGER, type FunctionConfig } from '../../model/function.js';
import { isLoopback } from '../../model/host-rule.js';
import type { Context } from '../context.js';
import { UsageError } from '../errors.js';
import type { Values } from '../options/options.js';
import type { FUNCTION_OPTIONS, LISTEN_OPTIONS } from '../options/serve-options.js';
import type { ServeLog } from './serve-log.js';

type ServeValues = Values<typeof LISTEN_OPTIONS & typeof FUNCTION_OPTIONS>;

const DEFAULT_HOST = '127.0.0.1';

/** @throws UsageError for two ports that are one, or an address that others could reach: control requests would have to be signed (quality T1) */
export function checkListening({ port, apiPort, host = DEFAULT_HOST }: ServeValues): void {
  if (port !== 0 && port === apiPort) throw new UsageError(`--port and --api-port are both ${port}`);
  if (isLoopback(host)) return;
  throw new UsageError(
    `--host ${JSON.stringify(host)} is not a loopback address: others could reach it, and signed requests are not supported yet`,
    { fix: '--host 127.0.0.1' },
  );
}

/** What the command line says of the emulator that serves one function, and where the emulator tells what happens. */
export function emulatorOptions(
  values: ServeValues,
  config: FunctionConfig,
  { log, context }: { readonly log: ServeLog; readonly context: Context },
): EmulatorOptions {
  const { customDomain, stateDir } = values;
  return {
    functions: [{ config, triggers: [{ triggerName: DEFAULT_TRIGGER, customDomain }] }],
    host: values.host ?? DEFAULT_HOST,
    port: values.port,
    apiPort: values.apiPort,
    allowedHosts: values.allowedHost,
    maxSessionTTLInSeconds: values.maxSessionTtl,
    countSleep: values.countSleep,
    ...(stateDir !== undefined && { stateDirectory: resolve(context.directory, stateDir) }),
    hostEnvironment: context.env,
    portShift: !values.noPortShift,
    inspect: values.inspect,
    onRecord: log.request,
    onEvent: log.event,
    onLine: log.line,
    onNotice: log.notice,
  };
}
