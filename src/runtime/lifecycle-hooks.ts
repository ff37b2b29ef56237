import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../model/clock.js';
import { commonHeaders } from '../model/common-headers.js';
import { FcError, messageOf } from '../model/errors.js';
import type { LifecycleHook } from '../model/function.js';
import type { Ids } from '../model/ids.js';
import type { Address, InstanceSpec } from '../model/instance.js';
import { sanitize } from '../model/sanitize.js';
import { within } from '../system/within.js';
import { inCodeDirectory } from './argv.js';
import { callInstance } from './call-instance.js';
import type { BoundedLog } from './instance-log.js';
import { launch } from './launch.js';
import { readLines } from './read-lines.js';

interface HookContext {
  readonly spec: InstanceSpec;
  readonly address: Address;
  readonly log: BoundedLog;
  /** The process clock. */
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'requestId'>;
  /** Of the instance, for a hook that is a command. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the call early. */
  readonly signal: AbortSignal;
}

/**
 * Calls the initializer, if the function has one: before the instance gets its first request (spec §8.5).
 * @throws FunctionInitializationFailed
 */
export async function initialize(context: HookContext): Promise<void> {
  const { spec, log, ids } = context;
  const hook = spec.revision.config.instanceLifecycleConfig?.initializer;
  if (hook === undefined) return;
  const requestId = ids.requestId();
  log.started('Initialize', requestId);
  const failure = await failureOf('initialize', hook, requestId, context);
  log.ended('Initialize', requestId);
  // In the log, the initializer's output comes before the first request.
  await nextTurn();
  if (failure === undefined) return;
  const logs = log.excerpt();
  throw new FcError(
    'FunctionInitializationFailed',
    `The function cannot be initialized: ${failure}.${logs.length === 0 ? '' : `\nLogs:\n${logs.join('\n')}`}`,
    {
      fix: 'a status from 200 to 299 within instanceLifecycleConfig.initializer.timeout says that it is initialized',
    },
  );
}

/** Calls the pre-stop hook, if the function has one: before the instance ends. A failure is in the log and changes nothing. */
export async function preStop(context: HookContext): Promise<void> {
  const { spec, log, ids } = context;
  const hook = spec.revision.config.instanceLifecycleConfig?.preStop;
  if (hook === undefined) return;
  const requestId = ids.requestId();
  log.started('PreStop', requestId);
  const failure = await failureOf('pre-stop', hook, requestId, context);
  if (failure !== undefined && !context.signal.aborted) log.warn(`the pre-stop hook failed: ${failure}`);
  log.ended('PreStop', requestId);
}

/** @returns what went wrong, in words; undefined when the hook succeeded */
async function failureOf(
  name: 'initialize' | 'pre-stop',
  hook: LifecycleHook,
  requestId: string,
  context: HookContext,
): Promise<string | undefined> {
  const method = name === 'initialize' ? 'POST' : 'GET';
  const path = `/${name}` as const;
  const { command = [] } = hook;
  const what = command.length > 0 ? `its command ${sanitize(command.join(' '))}` : `${method} ${path}`;
  try {
    if (command.length > 0) {
      await runCommand(command, hook.timeout, context);
      return undefined;
    }
    const { spec, address, clock, signal } = context;
    const { config, versionId } = spec.revision;
    const common = commonHeaders({ config, qualifier: spec.qualifier, versionId, controlPath: path });
    const headers = [...common, 'x-fc-request-id', requestId];
    const call = { method, path, headers, timeoutInSeconds: hook.timeout } as const;
    const { status, text } = await callInstance(address, call, { clock, signal });
    if (status >= 200 && status <= 299) return undefined;
    const [line = ''] = text.trim().split('\n');
    return `${what} was answered with status ${status}${line === '' ? '' : `: ${sanitize(line)}`}`;
  } catch (error) {
    return `${what} ${messageOf(error)}`;
  }
}

/**
 * Runs a hook that is a command, in the environment of the instance. What it leaves running ends with the instance.
 * @throws Error, whose message ends a sentence that begins with the command
 */
async function runCommand(
  command: readonly string[],
  timeoutInSeconds: number,
  { spec, log, clock, environment, signal }: HookContext,
): Promise<void> {
  const { config } = spec.revision;
  const argv = command.map((word) => inCodeDirectory(word, config));
  const { pid, stdout, stderr, exit } = await launch({ argv, cwd: config.codeDirectory, environment });
  void readLines(stdout, (line) => log.add('stdout', line));
  void readLines(stderr, (line) => log.add('stderr', line));
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const ended = await within(clock, timeoutInSeconds * 1000, Promise.race([exit, aborted]));
  if (!ended || signal.aborted) {
    kill(pid);
    throw new Error(ended ? 'was called off' : `did not end within ${timeoutInSeconds} s`);
  }
  const { code, signal: by } = await exit;
  if (code !== 0) throw new Error(by === null ? `ended with exit code ${code}` : `was ended by ${by}`);
}

/** The exit of the process is not known yet, so the ID is its own. */
function kill(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
