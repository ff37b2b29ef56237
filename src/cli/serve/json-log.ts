import { safeJson } from '../output/safe-json.js';
import type { Screen } from '../output/screen.js';
import { isTrouble, type LogChoice, type ServeLog } from './serve-log.js';

/** One JSON object in each line, with its kind in `event`. The ready line is also written with --quiet, because scripts wait for it. */
export function jsonLog(screen: Screen, { quiet, verbose }: LogChoice): ServeLog {
  const write = (event: object): void => screen.write(`${safeJson(event)}\n`);
  return {
    ready({ readyMs, functions, api, console }) {
      write({
        event: 'ready',
        readyMs: Math.round(readyMs),
        functions: functions.map(({ functionName, url }) => ({ functionName, url: url || null })),
        api,
        console,
      });
    },
    request(record) {
      if (!quiet || isTrouble(record)) write({ event: 'request', ...record });
    },
    event({ type, ...event }) {
      if (!quiet) write({ event: type, ...event });
    },
    line(instanceId, line) {
      if (quiet || (line.source === 'platform' && !verbose && !line.warning)) return;
      write({ event: 'output', instanceId, ...line });
    },
    notice(text) {
      if (!quiet) write({ event: 'notice', text });
    },
    draining(signal, drainTimeoutInSeconds) {
      if (!quiet) write({ event: 'draining', signal, drainTimeoutInSeconds });
    },
    ended(forced) {
      if (!quiet) write({ event: 'ended', forced });
    },
  };
}
