import { resolve } from 'node:path';
import type { EmulatorOptions, ServeFunction } from '../../emulator-options.js';
import { isLoopback } from '../../model/host-rule.js';
import type { Context } from '../context.js';
import { UsageError } from '../errors.js';
import { accessKeyOf } from '../options/access-key.js';
import { codeFolders } from '../options/config-path.js';
import type { Values } from '../options/options.js';
import type { FUNCTION_OPTIONS, LISTEN_OPTIONS } from '../options/serve-options.js';
import type { ServeLog } from './serve-log.js';

type ServeValues = Values<typeof LISTEN_OPTIONS & typeof FUNCTION_OPTIONS>;

const DEFAULT_HOST = '127.0.0.1';

/**
 * @throws UsageError for two equal ports, half a key pair, or an address that other machines can reach without a key pair: control
 * requests must be signed there (quality T1)
 */
export function checkListening(values: ServeValues): void {
  const { port, apiPort, host = DEFAULT_HOST } = values;
  if (port !== 0 && port === apiPort) throw new UsageError(`--port and --api-port are both ${port}`);
  if (accessKeyOf(values) !== undefined || isLoopback(host)) return;
  throw new UsageError(
    `--host ${JSON.stringify(host)} is not a loopback address: other machines can reach it, so an access key is needed`,
    { fix: 'set FC_AFFINITY_ACCESS_KEY_ID and FC_AFFINITY_ACCESS_KEY_SECRET, or --host 127.0.0.1' },
  );
}

/** The emulator options from the command line, with the log for events. */
export function emulatorOptions(
  values: ServeValues,
  functions: readonly ServeFunction[],
  { log, context }: { readonly log: ServeLog; readonly context: Context },
): EmulatorOptions {
  const { stateDir } = values;
  return {
    functions,
    host: values.host ?? DEFAULT_HOST,
    port: values.port,
    https: values.https,
    ...accessKeyOf(values),
    apiPort: values.apiPort,
    allowedHosts: values.allowedHost,
    maxSessionTTLInSeconds: values.maxSessionTtl,
    countSleep: values.countSleep,
    codeDirectories: codeFolders(values.codeDir, context),
    ...(stateDir !== undefined && { stateDirectory: resolve(context.directory, stateDir) }),
    hostEnvironment: context.env,
    portShift: !values.noPortShift,
    inspect: values.inspect,
    watch: values.watch,
    onRecord: log.request,
    onEvent: log.event,
    // Requests have their own lines.
    requestEvents: false,
    onLine: log.line,
    onNotice: log.notice,
  };
}
