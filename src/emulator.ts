import { join } from 'node:path';
import { ConsoleKeys } from './api/console-keys.js';
import { createApi } from './api/create-api.js';
import { checkOptions, checkServeFunction } from './check-options.js';
import { CodePreparations } from './code-preparations.js';
import type { CodeWatch } from './code-watch.js';
import { functionsOfConfig } from './configured-functions.js';
import { consoleAddress } from './console/console-address.js';
import { createConsoleService } from './console-service.js';
import type { Emulator, EmulatorInput, EmulatorOptions, ListeningFunction } from './emulator-options.js';
import { EventBus } from './events/event-bus.js';
import { EventStream } from './events/event-stream.js';
import { RecentRequests } from './events/recent-requests.js';
import { completeOptions } from './flat-options.js';
import { FunctionCodes } from './function-code.js';
import { FunctionOperations } from './function-operations.js';
import { Aliases } from './functions/aliases.js';
import { FunctionRegistry } from './functions/function-registry.js';
import { Instances } from './functions/instances.js';
import { LiveFunctions } from './functions/live-functions.js';
import { Versions } from './functions/versions.js';
import { guardCallbacks } from './guard-callbacks.js';
import type { AccessKey } from './model/access-key.js';
import { type ClockMove, hostNow, MovableClock } from './model/clock.js';
import { FcError, messageOf } from './model/errors.js';
import type { EventBody } from './model/events.js';
import { createHostRule, isLoopback } from './model/host-rule.js';
import { createIds } from './model/ids.js';
import type { ClockState, ControlPlane } from './model/services.js';
import { watchForSleep } from './model/sleep-watch.js';
import type { CodeFolders } from './runtime/code-folders.js';
import { createLocalDriver, type LocalDriver, type LocalDriverOptions } from './runtime/local-driver.js';
import { SessionClock } from './scheduler/session-clock.js';
import { ServedFunctions } from './served-functions.js';
import { SessionClient } from './session-client.js';
import type { StateDirectory } from './store/state-directory.js';
import { listen } from './system/listen.js';
import type { Certificate } from './system/self-signed-certificate.js';
import { TriggerPorts } from './trigger-ports.js';
import { version } from './version.js';

/**
 * Starts an emulator: wires its parts, listens, and stops what it started when that fails.
 * @param input a configuration (`{ config: 's.yaml' }`), one function in short words (`{ command: ['node', 'app.js'], ttl: '6h' }`), or `functions`; nothing: the bundled `hello`
 * @throws PortInUseError, CAFileNotFound (a command that does not exist), InvalidArgument (also for an unknown option)
 */
export async function startEmulator(input: EmulatorInput = {}): Promise<Emulator> {
  const options = completeOptions('config' in input ? await functionsOfConfig(input) : input);
  const { functions, host = '127.0.0.1', port = 0, apiPort = 0, allowedHosts = [] } = options;
  const { maxSessionTTLInSeconds, countSleep = false } = options;
  checkOptions(options);
  const { onNotice, onRecord, onEvent, onLine } = guardCallbacks(options);
  const processClock = new MovableClock();
  const startedAt = processClock.now();
  const ids = createIds(processClock);
  const state =
    options.stateDirectory === undefined
      ? undefined
      : await openState(options.stateDirectory, processClock, onNotice);
  const clock = options.clock ?? new MovableClock(state === undefined ? {} : { kept: state.clock });
  // The caller keeps a clock of its own.
  const keepClock = (): void => (options.clock === undefined ? state?.keepClock(clock.kept) : undefined);
  const local =
    options.driver === undefined
      ? localDriver(
          { ...options, onLine, onNotice },
          { clock: processClock, sessionClock: clock, nonce: ids.runNonce() },
        )
      : undefined;
  const driver = options.driver ?? local;
  if (driver === undefined) throw new Error('there is no driver');

  const endWatch = watchForSleep(processClock, (gapMs) => {
    if (countSleep && gapMs > 0) void clock.advance(gapMs).then(keepClock);
    else keepClock();
    onNotice(gapNotice(gapMs, countSleep));
  });
  const requests = new RecentRequests();
  const events = new EventBus({
    sessionClock: clock,
    processClock,
    onEvent,
    ...(options.requestEvents !== undefined && { requestEvents: options.requestEvents }),
  });
  const sessionClock = new SessionClock(clock);
  const endClockEvents = clock.watch((move) => {
    keepClock();
    events.emit(() => clockEvent(move, sessionClock.state));
  });
  const registry = new FunctionRegistry({
    newFunctionId: () => ids.functionId(),
    now: () => clock.now(),
    emit: events.emit,
    ...(state !== undefined && { store: state.functions }),
  });
  const hostVerdict = createHostRule([host.includes(':') ? `[${host}]` : host, ...allowedHosts], (name) =>
    registry.all().some(({ served }) => served.config.functionName.toLowerCase() === name),
  );
  const accessKey = accessKeyOf(options);
  const certificate = options.https ? await certificateOf(options) : undefined;
  const served = new ServedFunctions({
    ports: new TriggerPorts({ host, first: port, apiPort }),
    certificate,
    driver,
    processClock,
    sessionClock: clock,
    ids,
    hostVerdict,
    accessKey,
    registry,
    emit: events.emit,
    emitOfRequest: events.emitOfRequest,
    onRecord: (record) => {
      requests.add(record);
      onRecord(record);
      events.emitOfRequest(() => ({ type: 'request.end', record }));
    },
    onDefect: (what, error) => onDefect(what, error),
    onInstanceGone: () => preparations.removeUnusedCode(),
    maxSessionTTLInSeconds,
    state,
  });
  const onDefect = (what: string, error: unknown): void => onNotice(`${what}: ${messageOf(error)}`);
  // Only uploaded code needs folders.
  let codeFolders: Promise<CodeFolders> | undefined;
  const folders = (): Promise<CodeFolders> => {
    codeFolders ??= openCodeFolders({
      directory: state === undefined ? undefined : join(state.directory, 'code'),
      removeOnExit: (path) => void local?.removeOnExit(path),
    });
    return codeFolders;
  };
  const preparations: CodePreparations = new CodePreparations({
    registry,
    revisions: () => served.revisions(),
    removeUnused: async (used) => (await codeFolders)?.keepOnly(used),
    checkCommand: (config) => local?.checkCommand(config),
    onDefect,
  });
  const operations = new FunctionOperations({
    registry,
    served,
    codes: new FunctionCodes({ codeDirectories: options.codeDirectories ?? {}, folders }),
    preparations,
    maxSessionTTLInSeconds,
    now: () => clock.now(),
    onDefect,
  });
  let isStopping = false;
  const control: ControlPlane = {
    sessions: registry.sessions,
    instances: new Instances(registry),
    functions: operations,
    triggers: served.triggers,
    versions: new Versions({ registry, now: () => clock.now() }),
    aliases: new Aliases({ registry, now: () => clock.now() }),
    requests,
    clock: sessionClock,
    health: async () => ({ status: isStopping ? 'stopping' : 'ok', version, pid: process.pid }),
  };
  const live = new LiveFunctions({ registry, triggersOf: (name) => served.triggers.records(name) });
  const consoleService = createConsoleService({
    control,
    live,
    emit: events.emit,
    clock: processClock,
    newRunId: () => ids.requestId(),
  });
  const stream = new EventStream({
    feed: events,
    live,
    clock: processClock,
    describe: () => {
      const { offsetMs, frozen } = sessionClock.state;
      return { version, now: clock.now(), realNow: hostNow(), clock: { offsetMs, frozen } };
    },
  });
  let apiUrl = '';
  const consoleKeys =
    accessKey === undefined
      ? undefined
      : new ConsoleKeys((next) =>
          onNotice(`the console was opened; to open it again: ${consoleAddress(apiUrl, next)}`),
        );
  const api = createApi({
    control,
    settings: operations,
    ids,
    sessionClock: clock,
    hostVerdict,
    events: stream,
    console: consoleService,
    clock: processClock,
    accessKey,
    consoleKeys,
    invocations: served.invocations,
    pageFiles: async () => (await import('./console/page-files.js')).PAGE_FILES,
    ...(maxSessionTTLInSeconds !== undefined && { maxSessionTTLInSeconds }),
    onError: (error) => onNotice(`the control plane failed: ${messageOf(error)}`),
  });

  const deploy: Emulator['deploy'] = async (one, { whenReady = false, signal } = {}) => {
    checkServeFunction(one, maxSessionTTLInSeconds);
    local?.checkCommand(one.config);
    if (isStopping) throw new FcError('ServiceUnavailable', 'the emulator is ending');
    if (!registry.has(one.config.functionName)) return served.add(one);
    const updated = whenReady
      ? await served.updateTried(one.config, signal ?? new AbortController().signal)
      : served.update(one.config);
    return one.triggers === undefined ? updated : served.setTriggers(updated.functionName, one.triggers);
  };
  let codeWatch: CodeWatch | undefined;

  let isStopped: Promise<void> | undefined;
  const end = async (graceMs?: number): Promise<void> => {
    isStopping = true;
    endWatch();
    endClockEvents();
    // Its sessions end with the emulator.
    void consoleService.endWalk();
    await codeWatch?.close();
    await preparations.close();
    await served.end(graceMs);
    api.closeNow();
    keepClock();
    state?.close();
    (await codeFolders)?.close();
    await local?.close();
  };
  const stopNow = async (): Promise<void> => {
    // An end that is under way gives the instances time to finish: this one ends them at once.
    if (isStopped !== undefined) await served.end(0);
    isStopped ??= end(0);
    await isStopped;
  };

  try {
    for (const { config } of functions) local?.checkCommand(config);
    const kept = new Map(state?.functions.all().map((one) => [one.functionName, one]));
    for (const one of functions) await served.add(one, { stored: kept.get(one.config.functionName) });
    for (const stored of kept.values()) {
      if (stored.isDeclared || registry.has(stored.functionName)) continue;
      await operations.restore(stored).catch((error: unknown) => {
        onNotice(
          `function '${stored.functionName}' of the state directory is not served: ${messageOf(error)}`,
        );
      });
    }
    if (kept.size > 0) await folders().then(() => preparations.removeUnusedCode());
    apiUrl = await listen(api.server, host, apiPort);
    if (!isLoopback(host)) onNotice(exposed(host));
    if (options.watch) {
      const { CodeWatch } = await import('./code-watch.js');
      codeWatch = new CodeWatch({
        functionNames: functions.map(({ config }) => config.functionName),
        clock: processClock,
        stateDirectory: options.stateDirectory,
        configOf: (name) =>
          registry.has(name) ? registry.find({ functionName: name }).served.config : undefined,
        deploy: (config, signal) => deploy({ config }, { whenReady: true, signal }),
        onNotice,
      });
    }
    return {
      control,
      get functions() {
        return served.listening;
      },
      get url() {
        return found(served.listening).url;
      },
      function: (functionName) => found(served.listening, functionName),
      sessions: new SessionClient({ control }),
      api: apiUrl,
      get console() {
        return consoleAddress(apiUrl, consoleKeys?.token);
      },
      certificate: certificate?.cert,
      readyMs: processClock.now() - startedAt,
      clock,
      deploy,
      remove: (functionName) => served.remove(functionName),
      stop: async () => {
        isStopping = true;
        const deadline = processClock.now() + served.drainTimeoutInSeconds * 1000;
        const forced = await served.drain(deadline);
        isStopped ??= end(Math.max(0, deadline - processClock.now()));
        await isStopped;
        return { forced };
      },
      stopNow,
      removeOnExit: (path) => void local?.removeOnExit(path),
      [Symbol.asyncDispose]: stopNow,
    };
  } catch (error) {
    await stopNow();
    throw error;
  }
}

function accessKeyOf({ accessKeyId, accessKeySecret }: EmulatorOptions): AccessKey | undefined {
  if (accessKeyId === undefined || accessKeySecret === undefined) return undefined;
  return { accessKeyId, accessKeySecret };
}

function exposed(host: string): string {
  return `host ${host} is not a loopback address: whoever can reach this machine can call the functions; the control API takes signed requests only`;
}

/** @returns the function of that name, or the first */
function found(listening: readonly ListeningFunction[], functionName?: string): ListeningFunction {
  const one = listening.find((each) => functionName === undefined || each.functionName === functionName);
  if (one !== undefined) return one;
  const names = listening.map((each) => each.functionName).join(', ') || 'none';
  throw new FcError('FunctionNotFound', `function '${functionName ?? ''}' does not exist; served: ${names}`);
}

function localDriver(
  options: EmulatorOptions,
  run: Pick<LocalDriverOptions, 'clock' | 'sessionClock' | 'nonce'>,
): LocalDriver {
  return createLocalDriver({
    ...run,
    hostEnvironment: options.hostEnvironment ?? process.env,
    ...(options.inspect !== undefined && { inspect: options.inspect }),
    ...(options.portShift !== undefined && { portShift: options.portShift }),
    ...(options.onLine !== undefined && { onLine: options.onLine }),
    ...(options.onNotice !== undefined && { onWarning: options.onNotice }),
  });
}

async function openCodeFolders(options: ConstructorParameters<typeof CodeFolders>[0]): Promise<CodeFolders> {
  const { CodeFolders } = await import('./runtime/code-folders.js');
  return new CodeFolders(options);
}

/** Valid for every name by which the first functions can be called. Loaded only when it is asked for. */
async function certificateOf({ functions, host, allowedHosts = [] }: EmulatorOptions): Promise<Certificate> {
  const { selfSignedCertificate } = await import('./system/self-signed-certificate.js');
  const own = functions.map(({ config }) => `${config.functionName.toLowerCase()}.localhost`);
  const names = ['localhost', '127.0.0.1', '::1', ...(host === undefined ? [] : [host]), ...allowedHosts];
  return selfSignedCertificate([...new Set([...names, ...own])], hostNow());
}

/** The store is loaded only when it is asked for. */
async function openState(
  directory: string,
  clock: MovableClock,
  onWarning: (text: string) => void,
): Promise<StateDirectory> {
  const { openStateDirectory } = await import('./store/state-directory.js');
  return openStateDirectory({ directory, clock, wallNow: clock.now(), onWarning });
}

function clockEvent(move: ClockMove, clock: ClockState): EventBody {
  return move.kind === 'advanced'
    ? { type: 'clock.advanced', clock, milliseconds: move.milliseconds }
    : { type: `clock.${move.kind}`, clock };
}

function gapNotice(gapMs: number, counted: boolean): string {
  const seconds = Math.round(Math.abs(gapMs) / 1000);
  if (gapMs < 0) return `the host's clock was set back by ${seconds} s; sessions do not notice`;
  const cause = `the machine slept, or its clock was set forward, by ${seconds} s`;
  return counted
    ? `${cause}; sessions have aged by it`
    : `${cause}; sessions do not count it (--count-sleep lets them)`;
}
