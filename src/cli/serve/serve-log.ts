import type { ListeningFunction } from '../../emulator-options.js';
import type { EmulatorEvent } from '../../model/events.js';
import type { FunctionConfig } from '../../model/function.js';
import type { LogLine } from '../../model/instance.js';
import type { RequestRecord } from '../../model/request-record.js';

/** What the ready line says. */
export interface Ready {
  readonly readyMs: number;
  readonly functions: readonly (ListeningFunction & { readonly config: FunctionConfig })[];
  readonly api: string;
  /** Where a browser opens the console. */
  readonly console: string;
  /** Whether the triggers answer TLS, too. */
  readonly isSecure: boolean;
  /** Nothing was named, so the handler of the package is served. */
  readonly bundled: boolean;
}

/** What `serve` writes while it runs. */
export interface ServeLog {
  ready(ready: Ready): void;
  request(record: RequestRecord): void;
  /** Something in the life of sessions, instances, functions or the clock. */
  event(event: EmulatorEvent): void;
  line(instanceId: string, line: LogLine): void;
  notice(text: string): void;
  /** The first signal came; a second one ends at once. */
  draining(signal: string, drainTimeoutInSeconds: number): void;
  ended(forced: boolean): void;
}

export interface LogChoice {
  readonly logFormat: 'pretty' | 'json';
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** Writes what happens before the ready line after it, so that the ready line is the first. */
export function readyFirst(log: ServeLog): ServeLog {
  let held: (() => void)[] | undefined = [];
  const whenReady = (say: () => void): void => {
    if (held === undefined) say();
    else held.push(say);
  };
  return {
    ready(ready) {
      log.ready(ready);
      const before = held ?? [];
      held = undefined;
      for (const say of before) say();
    },
    request: (record) => whenReady(() => log.request(record)),
    event: (event) => whenReady(() => log.event(event)),
    line: (instanceId, line) => whenReady(() => log.line(instanceId, line)),
    notice: (text) => whenReady(() => log.notice(text)),
    draining: (signal, seconds) => whenReady(() => log.draining(signal, seconds)),
    ended: (forced) => whenReady(() => log.ended(forced)),
  };
}

/** What even `--quiet` shows: the emulator could not do its work. 412: the handler cannot be started. */
export function isTrouble({ outcome, status }: RequestRecord): boolean {
  return outcome === 'broken' || (outcome === 'refused' && (status >= 500 || status === 412));
}
