import type { Clock } from '../model/clock.js';
import type { FunctionConfig } from '../model/function.js';
import { createIds } from '../model/ids.js';
import type { Instance, InstanceDriver, InstanceSpec, LogLine } from '../model/instance.js';
import { argvOf } from './argv.js';
import { checkCommand } from './command.js';
import { literalVariable } from './diagnosis.js';
import { Guard } from './guard.js';
import { InspectPorts } from './inspect-ports.js';
import { prepareLaunch } from './launch.js';
import { type LocalDriverParts, LocalInstance } from './local-instance.js';
import { MarkedProcesses } from './marked-processes.js';
import { Ports } from './ports.js';
import { StartQueue } from './start-queue.js';

export interface LocalDriverOptions {
  /** The process clock. */
  readonly clock: Clock;
  /** The session clock, which dates lines of output. */
  readonly sessionClock: Pick<Clock, 'now'>;
  /** Names this run in the environment of every process that it starts: a random UUID. */
  readonly nonce: string;
  /** The emulator's own environment, of which instances inherit a few variables. */
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
  /** Whether a handler that listens on the port of customRuntimeConfig gets its own port instead; default: true. */
  readonly portShift?: boolean;
  /** Whether each Node.js instance gets an inspector port, from 9229 on; default: false. */
  readonly inspect?: boolean;
  /** Called for each line of output. Must not throw. */
  readonly onLine?: (instanceId: string, line: LogLine) => void;
  /** Called with what the user should know, for example that no guard runs. */
  readonly onWarning?: (message: string) => void;
}

export interface LocalDriver extends InstanceDriver {
  /** Looks up the command of a function (spec U41), and warns of a variable that no shell replaces. @throws CAFileNotFound, with a fix */
  checkCommand(config: FunctionConfig): void;
  /**
   * Has a file removed when the emulator ends, even by `kill -9`.
   * @param path absolute
   * @returns a function that takes this back
   */
  removeOnExit(path: string): () => void;
  /** Kills every instance, and waits until the guard has killed the processes that are left. No start succeeds afterwards. */
  close(): Promise<void>;
  /** Does the same without waiting. */
  closeNow(): void;
}

/** Runs instances as processes of this machine. */
export function createLocalDriver({
  clock,
  sessionClock,
  nonce,
  hostEnvironment,
  portShift = true,
  inspect = false,
  onLine = () => {},
  onWarning = () => {},
}: LocalDriverOptions): LocalDriver {
  const path = hostEnvironment.PATH ?? '/usr/local/bin:/usr/bin:/bin';
  const guard = new Guard({ clock, nonce, path, onWarning });
  const parts: LocalDriverParts = {
    clock,
    sessionClock,
    guard,
    ports: new Ports({ begin: Number.parseInt(nonce.slice(0, 8), 16) / 2 ** 32 }),
    ...(inspect && { inspectPorts: new InspectPorts() }),
    queue: new StartQueue(clock),
    marked: new MarkedProcesses(nonce),
    run: { nonce, hostEnvironment, portShift },
    ids: createIds(clock),
    told: new Set(),
  };
  const running = new Set<LocalInstance>();
  let closed = false;
  // Only the first start waits for it. It never rejects.
  clock.wakeAt(clock.now(), prepareLaunch);

  const start = (spec: InstanceSpec, signal: AbortSignal): Instance => {
    guard.begin();
    const instance = new LocalInstance(spec, parts, closed ? AbortSignal.abort() : signal);
    instance.output.follow((line) => onLine(spec.instanceId, line));
    running.add(instance);
    // `exited` never rejects.
    void instance.exited.then(() => running.delete(instance));
    return instance;
  };
  const killAll = (): Promise<void>[] => [...running].map((instance) => instance.stop({ graceMs: 0 }));

  return {
    start,
    checkCommand(config) {
      const argv = argvOf(config);
      const { codeDirectory, environmentVariables } = config;
      checkCommand({ argv, cwd: codeDirectory, path: environmentVariables.PATH ?? path });
      const literal = literalVariable(argv);
      if (literal !== undefined) onWarning(literal);
    },
    removeOnExit: (file) => guard.removeOnExit(file),
    async close() {
      closed = true;
      await Promise.all(killAll());
      await guard.close();
    },
    closeNow() {
      closed = true;
      // The guard kills the processes that are left.
      void Promise.all(killAll());
      guard.closeNow();
    },
  };
}
