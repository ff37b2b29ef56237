import type { FunctionConfig } from '../../model/function.js';
import type { LogLine } from '../../model/instance.js';
import type { RequestRecord } from '../../model/request-record.js';
import type { Screen } from '../screen.js';
import { jsonLog } from './json-log.js';
import { prettyLog } from './pretty-log.js';

/** What is known when the emulator listens. */
export interface Ready {
  readonly readyMs: number;
  readonly functions: readonly {
    readonly functionName: string;
    readonly url: string;
    readonly config: FunctionConfig;
  }[];
  readonly api: string;
  /** Nothing was named, so the handler of the package is served. */
  readonly bundled: boolean;
}

/** What `serve` tells while it runs. */
export interface ServeLog {
  ready(ready: Ready): void;
  request(record: RequestRecord): void;
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

/** The log of `serve` on stderr. Whatever happens before it is ready is told after that line, so that it is the first. */
export function serveLog(screen: Screen, choice: LogChoice): ServeLog {
  const log = choice.logFormat === 'json' ? jsonLog(screen, choice) : prettyLog(screen, choice);
  let held: (() => void)[] | undefined = [];
  const tell = (say: () => void): void => {
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
    request: (record) => tell(() => log.request(record)),
    line: (instanceId, line) => tell(() => log.line(instanceId, line)),
    notice: (text) => tell(() => log.notice(text)),
    draining: (signal, seconds) => tell(() => log.draining(signal, seconds)),
    ended: (forced) => tell(() => log.ended(forced)),
  };
}
