import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { onTestFinished } from 'vitest';
import type { ConsoleEvent } from '../../src/model/console-events.js';

export interface EventReader {
  /** The next event. */
  next(): Promise<ConsoleEvent>;
  /** Every event up to the first that fits, which is the last of them. */
  upTo(fits: (event: ConsoleEvent) => boolean): Promise<ConsoleEvent[]>;
  /** The ID of the last event that had one. */
  readonly lastId: string | undefined;
  leave(): void;
}

/** Reads the stream of a running emulator, until the test ends. */
export async function readEvents(
  api: string,
  { query = '', headers = {} }: { readonly query?: string; readonly headers?: Record<string, string> } = {},
): Promise<EventReader> {
  const asked = request(`${api}/_emulator/v1/events${query}`, { headers, agent: false }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.setEncoding('utf8');
  response.on('error', () => {});
  const leave = (): void => void response.destroy();
  onTestFinished(leave);
  const chunks = response[Symbol.asyncIterator]();
  let text = '';
  let lastId: string | undefined;
  const next = async (): Promise<ConsoleEvent> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end < 0) {
        const { value, done } = await chunks.next();
        if (done) throw new Error('the stream has ended');
        text += String(value);
        continue;
      }
      const frame = text.slice(0, end);
      text = text.slice(end + 2);
      lastId = /^id: (.*)$/m.exec(frame)?.[1] ?? lastId;
      const data = /^data: (.*)$/m.exec(frame)?.[1];
      if (data !== undefined) return JSON.parse(data) as ConsoleEvent;
    }
  };
  return {
    next,
    leave,
    async upTo(fits) {
      const seen: ConsoleEvent[] = [];
      for (;;) {
        const event = await next();
        seen.push(event);
        if (fits(event)) return seen;
      }
    },
    get lastId() {
      return lastId;
    },
  };
}
