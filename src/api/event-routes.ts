import type { EventSource } from '../model/console-events.js';
import type { OperationTable } from './operation.js';

/**
 * `GET /_emulator/v1/events`: every ConsoleEvent as it happens, server-sent. `event` is its type, `id` is `<startId>-<seq>`. First comes
 * `hello`, then the snapshot. A reader that comes back with `Last-Event-ID` gets what it missed of the last 10,000 events in place
 * of the snapshot. A reader that is too slow is told of a `gap` and gets a new snapshot. `?types=session,request.end` chooses.
 */
export function eventRoutes(events: EventSource): OperationTable {
  return {
    '/_emulator/v1/events': {
      async GET({ query, lastEventId, signal }) {
        const { checkQuery, EVENTS_QUERY } = await import('../schema/index.js');
        const { types } = checkQuery(EVENTS_QUERY, query);
        return {
          kind: 'stream',
          contentType: 'text/event-stream',
          chunks: events.read({ lastEventId, types, signal }),
        };
      },
    },
  };
}
