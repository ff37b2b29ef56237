import type { Clock } from '../model/clock.js';
import type { FunctionConfig } from '../model/function.js';
import type { Instance, InstanceDriver, InstanceSpec, LogLine } from '../model/instance.js';
import { checkCommand } from './command.js';
import { literalVariable } from './diagnosis.js';
import { Guard } from './guard.js';
import { prepareLaunch } from './launch.js';
import { type LocalDriverParts, LocalInstance } from './local-instance.js';
import { MarkedProcesses } from './marked-processes.js';
import { Ports } from './ports.js';
import { StartQueue } from './start-queue.js';

export interface LocalDriverOptions {
  /** The process clock. */
  readonly clock: Clock;
  /** The session clock, by which lines of output are dated. */
  readonly sessionClock: Pick<Clock, 'now'>;
  /** Names this run in the environment of all that it starts; a UUID that nobody can guess. */
  readonly nonce: string;
  /** The emulator's own environment, of which a few variables are passed on. */
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
  /** Told each line of output as it comes. Must not throw. */
  readonly onLine?: (instanceId: string, line: LogLine) => void;
  /** Told what the user should know, as that there is no guard. */
  readonly onWarning?: (message: string) => void;
}

export interface LocalDriver extends InstanceDriver {
  /** Looks up a function's command as its instances will (spec U41), and warns of what it likely does not mean. @throws CAFileNotFound, with a fix */
  checkCommand(config: FunctionConfig): void;
  /**
   * Has a file removed when the emulator ends, even by `kill -9`.
   * @param path absolute
   * @returns leaves the file alone again
   */
  removeOnExit(path: string): () => void;
  /** Kills every instance, and waits for the guard's sweep of whatever got away. No start succeeds after it. */
  close(): Promise<void>;
  /** The same for one who cannot wait: what is not gone when it returns will be within moments. */
  closeNow(): void;
}

/** Instances as processes of this machine. */
export function createLocalDriver({
  clock,
  sessionClock,
  nonce,
  hostEnvironment,
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
    queue: new StartQueue(clock),
    marked: new MarkedProcesses(clock, nonce),
    run: { nonce, hostEnvironment },
  };
  const running = new Set<LocalInstance>();
  let closed = false;
  // The first start waits for it; nobody else does, listening neither, and it never rejects.
  clock.wakeAt(clock.now(), prepareLaunch);

  const start = (spec: InstanceSpec, signal: AbortSignal): Instance => {
    guard.begin();
    const instance = new LocalInstance(spec, parts, closed ? AbortSignal.abort() : signal);
    instance.output.follow((line) => onLine(spec.instanceId, line));
    running.add(instance);
    // The end of an instance never fails.
    void instance.exited.then(() => running.delete(instance));
    return instance;
  };
  const killAll = (): Promise<void>[] => [...running].map((instance) => instance.stop({ graceMs: 0 }));

  return {
    start,
    checkCommand({ customRuntimeConfig: { command, args }, codeDirectory, environmentVariables }) {
      const argv = [...command, ...args];
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
      // Their ends are not awaited; the guard sees to what is left.
      void Promise.all(killAll());
      guard.closeNow();
    },
  };
}
