import type { ListeningFunction } from '../../emulator-options.js';
import type { EmulatorEvent } from '../../model/events.js';
import type { FunctionConfig } from '../../model/function.js';
import type { LogLine } from '../../model/instance.js';
import type { RequestRecord } from '../../model/request-record.js';

/** The data of the ready line. */
export interface Ready {
  readonly readyMs: number;
  readonly functions: readonly (ListeningFunction & { readonly config: FunctionConfig })[];
  readonly api: string;
  /** The address of the console for a browser. */
  readonly console: string;
  /** Whether the triggers also answer TLS. */
  readonly isSecure: boolean;
  /** Whether the bundled handler is served, because none was named. */
  readonly bundled: boolean;
}

/** The log of `serve`. */
export interface ServeLog {
  ready(ready: Ready): void;
  request(record: RequestRecord): void;
  /** An event of sessions, instances, functions or the clock. */
  event(event: EmulatorEvent): void;
  line(instanceId: string, line: LogLine): void;
  notice(text: string): void;
  /** The first signal came. A second signal ends the emulator at once. */
  draining(signal: string, drainTimeoutInSeconds: number): void;
  ended(forced: boolean): void;
}

export interface LogChoice {
  readonly logFormat: 'pretty' | 'json';
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** Delays earlier lines until after the ready line, so that the ready line is the first line. */
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

/** Failures that `--quiet` shows too. Status 412 means that the handler cannot be started. */
export function isTrouble({ outcome, status }: RequestRecord): boolean {
  return outcome === 'broken' || (outcome === 'refused' && (status >= 500 || status === 412));
}
