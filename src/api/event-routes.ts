import { boundedFeed } from '../model/bounded-feed.js';
import type { Clock } from '../model/clock.js';
import type { EmulatorEvent, EventFeed } from '../model/events.js';
import type { OperationTable } from './operation.js';

/** How often a silent stream says that it lives. */
const HEARTBEAT_MS = 15_000;

/** What the stream carries: an event, a heartbeat, or the place of events that the reader has missed. */
type Item =
  | { readonly kind: 'event'; readonly event: EmulatorEvent }
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'gap'; readonly missed: number };

/**
 * `GET /_emulator/v1/events`: every {@link EmulatorEvent} as it happens, server-sent. `event` is its type, `id` is
 * `<run>-<seq>`. A reader that comes back with `Last-Event-ID` gets what it missed of the last 1,000 events; what is lost to it is
 * told as `event: gap` with `{"missed":n}`, and so is what a slow reader loses.
 */
export function eventRoutes(events: EventFeed | undefined, clock: Clock | undefined): OperationTable {
  return {
    '/_emulator/v1/events': {
      async GET(call) {
        const items = boundedFeed<Item>({
          subscribe: (listener) => subscribe(listener, { events, clock, lastEventId: call.lastEventId }),
          signal: call.signal,
          gap: (missed) => ({ kind: 'gap', missed }),
        });
        return {
          kind: 'stream',
          contentType: 'text/event-stream',
          chunks: serverSent(items, events?.runId ?? ''),
        };
      },
    },
  };
}

function subscribe(
  listener: (item: Item) => void,
  {
    events,
    clock,
    lastEventId,
  }: {
    readonly events: EventFeed | undefined;
    readonly clock: Clock | undefined;
    readonly lastEventId: string | undefined;
  },
): () => void {
  if (events === undefined) return () => {};
  const last = lastEventId === undefined ? undefined : seqOf(lastEventId, events.runId);
  let seen = last ?? events.seq;
  const unsubscribe = events.subscribe((event) => {
    if (event.seq > seen + 1) listener({ kind: 'gap', missed: event.seq - seen - 1 });
    seen = event.seq;
    listener({ kind: 'event', event });
  }, last);
  if (events.seq > seen) listener({ kind: 'gap', missed: events.seq - seen });
  seen = events.seq;
  const stopHeartbeat = clock === undefined ? () => {} : every(clock, () => listener({ kind: 'heartbeat' }));
  return () => {
    unsubscribe();
    stopHeartbeat();
  };
}

/** Of another run the reader has seen nothing of this one. */
function seqOf(eventId: string, runId: string): number | undefined {
  const [, run, seq] = /^([a-z0-9]{1,16})-(\d{1,15})$/.exec(eventId) ?? [];
  if (seq === undefined) return undefined;
  return run === runId ? Number(seq) : 0;
}

function every(clock: Clock, call: () => void): () => void {
  let callOff = (): void => {};
  const arm = (): void => {
    callOff = clock.wakeAt(clock.now() + HEARTBEAT_MS, () => {
      call();
      arm();
    });
  };
  arm();
  return () => callOff();
}

async function* serverSent(items: AsyncIterable<Item>, runId: string): AsyncGenerator<string> {
  for await (const item of items) {
    switch (item.kind) {
      case 'event':
        yield `id: ${runId}-${item.event.seq}\nevent: ${item.event.type}\ndata: ${JSON.stringify(item.event)}\n\n`;
        break;
      case 'heartbeat':
        yield ': heartbeat\n\n';
        break;
      case 'gap':
        yield `event: gap\ndata: ${JSON.stringify({ missed: item.missed })}\n\n`;
        break;
    }
  }
}
