import type { EmulatorEvent } from '../../model/events.js';
import { timeOfDay } from '../../model/human-time.js';
import { sanitize } from '../../model/sanitize.js';
import { shortInstanceId } from '../../model/short-id.js';
import { labelled } from '../output/labelled.js';
import type { Screen } from '../output/screen.js';
import { banner } from './banner.js';
import { eventLine } from './event-line.js';
import { gapFor, requestLines } from './request-lines.js';
import { isTrouble, type LogChoice, type ServeLog } from './serve-log.js';

/** When many sessions expire at the same time, only this many have a line. */
const MOST_EXPIRED = 20;

/** The log for people. */
export function prettyLog(screen: Screen, { quiet, verbose }: LogChoice): ServeLog {
  const { style } = screen;
  const say = (text: string): void => {
    if (!quiet) screen.write(`${text}\n`);
  };
  const isTooMany = counted((more) => say(style.dim(`${more} more sessions expired`)));
  return {
    ready: (ready) => say(banner(ready, screen)),
    request(record) {
      if (quiet && !isTrouble(record)) return;
      for (const line of requestLines(record, { style, columns: screen.columns, isOutputShown: !quiet }))
        screen.write(`${line}\n`);
    },
    event(event) {
      const line = eventLine(event, style);
      if (line !== undefined && !isTooMany(event))
        say(`${style.dim(timeOfDay(event.at))}${gapFor(screen.columns)}${line}`);
    },
    line(instanceId, { at, source, text, warning }) {
      if (source === 'platform' && !verbose && !warning) return;
      const safe = sanitize(text);
      const paint = source === 'stderr' || warning ? style.note : source === 'platform' ? style.dim : plain;
      const who = style.id(instanceId)(sanitize(shortInstanceId(instanceId)));
      say(`${style.dim(timeOfDay(at))}${gapFor(screen.columns)}${who} ${style.dim('│')} ${paint(safe)}`);
    },
    notice: (text) => say(labelled('note:', text, { paint: style.note, columns: screen.columns })),
    draining(signal, seconds) {
      const again = signal === 'SIGINT' ? '; Ctrl-C again ends at once' : '';
      say(`\n${style.dim(`${signal}: requests in flight have ${seconds} s to finish${again}`)}`);
    },
    ended: (forced) => say(style.dim(forced ? 'ended; the requests in flight were aborted' : 'ended')),
  };
}

/**
 * After a large advance of the clock, thousands of sessions may expire in one turn of the event loop. Only the first have a line.
 * @param report called with the number of the other sessions
 * @returns a function that tells whether an event has no line
 */
function counted(report: (more: number) => void): (event: EmulatorEvent) => boolean {
  let count = 0;
  return ({ type }) => {
    if (type !== 'session.expired') return false;
    count += 1;
    if (count === 1)
      setImmediate(() => {
        if (count > MOST_EXPIRED) report(count - MOST_EXPIRED);
        count = 0;
      });
    return count > MOST_EXPIRED;
  };
}

function plain(text: string): string {
  return text;
}
