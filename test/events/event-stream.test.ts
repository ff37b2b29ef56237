import { describe, expect, onTestFinished, test } from 'vitest';
import { EventBus } from '../../src/events/event-bus.js';
import { EventStream } from '../../src/events/event-stream.js';
import { MovableClock } from '../../src/model/clock.js';
import type { ConsoleEvent, InstanceState, SessionState } from '../../src/model/console-events.js';
import type { EventBody } from '../../src/model/events.js';
import type { LiveState } from '../../src/model/live-state.js';

const SESSION: SessionState = {
  sessionId: 's',
  functionName: 'f',
  qualifier: 'LATEST',
  instanceId: 'i',
  status: 'Active',
  createdAt: 0,
  expiresAt: null,
  idleExpiresAt: null,
  idle: null,
  inFlight: 0,
  requests: 0,
  reopened: false,
};
const INSTANCE = { instanceId: 'i', inFlight: 1 } as InstanceState;

interface Frame {
  readonly id: string | undefined;
  readonly event: ConsoleEvent;
}

function start(live: Partial<LiveState> = {}) {
  const clock = new MovableClock({ frozen: true });
  const bus = new EventBus({ sessionClock: clock, processClock: clock });
  let built = 0;
  const stream = new EventStream({
    feed: bus,
    live: {
      functions: () => [],
      instances: () => [],
      instance: () => undefined,
      sessions: () => [],
      session: () => undefined,
      sessionCount: 0,
      ...live,
    },
    clock,
    describe: () => ({
      version: '1',
      now: clock.now(),
      realNow: 0,
      clock: { offsetMs: 0, frozen: clock.frozen },
    }),
  });
  const emit = (requestId: string): void =>
    bus.emit((): EventBody => {
      built++;
      return {
        type: 'request.admitted',
        requestId,
        functionName: 'f',
        qualifier: 'LATEST',
        entrance: 'trigger',
        method: 'GET',
        target: `/${'x'.repeat(300)}`,
        identity: 'cookie',
        decision: { placement: 'bound', instanceId: 'i', sessionId: 's', session: 'known' },
      };
    });
  /** Starts to read at the first call. */
  const read = (options: { lastEventId?: string; types?: string[] } = {}) => {
    const gone = new AbortController();
    const pieces = stream.read({ ...options, signal: gone.signal });
    const waiting: Frame[] = [];
    const leave = async (): Promise<void> => {
      gone.abort();
      await pieces.return(undefined);
    };
    onTestFinished(leave);
    return {
      pieces,
      leave,
      async next(): Promise<Frame> {
        while (waiting.length === 0) waiting.push(...framesOf(String((await pieces.next()).value)));
        return waiting.shift() as Frame;
      },
      async upTo(done: (event: ConsoleEvent) => boolean): Promise<ConsoleEvent[]> {
        const seen: ConsoleEvent[] = [];
        while (!seen.some(done)) seen.push((await this.next()).event);
        return seen;
      },
    };
  };
  return {
    bus,
    clock,
    emit,
    read,
    get built() {
      return built;
    },
  };
}

function framesOf(piece: string): Frame[] {
  return piece
    .split('\n\n')
    .filter((text) => text !== '' && !text.startsWith(':'))
    .map((text) => {
      const id = /^id: (.*)$/m.exec(text)?.[1];
      const event = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '') as ConsoleEvent;
      expect(text).toContain(`event: ${event.type}\n`);
      return { id, event };
    });
}

const types = (events: readonly ConsoleEvent[]): string[] => events.map(({ type }) => type);
const requestsOf = (events: readonly ConsoleEvent[]): string[] =>
  events.flatMap((event) => ('requestId' in event ? [event.requestId] : []));

describe('the event stream of the console', () => {
  test('starts with hello and a snapshot, then sends each event', async () => {
    const one = start({
      instances: () => [INSTANCE],
      sessions: () => [SESSION],
      sessionCount: 1,
      functions: () => [],
    });
    one.emit('before');
    const reader = one.read();
    const startId = one.bus.runId;
    expect(await reader.next()).toEqual({
      id: undefined,
      event: {
        type: 'hello',
        seq: 1,
        startId,
        version: '1',
        now: one.clock.now(),
        realNow: 0,
        clock: { offsetMs: 0, frozen: true },
        functions: [],
        counts: { sessions: 1, instances: 1, inFlight: 1 },
        resumed: false,
      },
    });
    expect(await reader.next()).toEqual({
      id: `${startId}-1`,
      event: {
        type: 'snapshot',
        seq: 1,
        first: true,
        done: true,
        instances: [INSTANCE],
        sessions: [SESSION],
      },
    });
    one.emit('a');
    expect(await reader.next()).toEqual({
      id: `${startId}-2`,
      event: {
        seq: 2,
        at: one.clock.now(),
        type: 'request.begin',
        requestId: 'a',
        functionName: 'f',
        qualifier: 'LATEST',
        method: 'GET',
        target: `/${'x'.repeat(255)}`,
        identity: 'cookie',
        instanceId: 'i',
        sessionId: 's',
        placement: 'bound',
      },
    });
  });

  test('builds no event before the first reader, and none later than a minute after the last reader has left', async () => {
    const one = start();
    one.emit('a');
    expect(one.built).toBe(0);
    const reader = one.read();
    expect(one.built).toBe(0);
    await reader.next();
    one.emit('b');
    await reader.leave();
    await one.clock.advance(59_999);
    one.emit('c');
    expect(one.built).toBe(2);
    await one.clock.advance(1);
    one.emit('d');
    expect(one.built).toBe(2);
  });

  test('a reader that connects again within a minute still gets events after the minute', async () => {
    const one = start();
    const first = one.read();
    await first.next();
    await first.leave();
    await one.clock.advance(30_000);
    const again = one.read({ types: ['request'] });
    await again.next();
    await one.clock.advance(30_000);
    one.emit('a');
    expect(requestsOf(await again.upTo((event) => 'requestId' in event))).toEqual(['a']);
  });

  test('a snapshot has chunks of 1,000, and only the last chunk has an ID', async () => {
    const all = Array.from({ length: 2001 }, (_, at) => ({ ...SESSION, sessionId: `s${at}` }));
    const reader = start({ sessions: () => all }).read();
    await reader.next();
    const chunks = [await reader.next(), await reader.next(), await reader.next()];
    const shown = chunks.map(({ id, event }) =>
      event.type === 'snapshot' ? [id !== undefined, event.first, event.done, event.sessions.length] : [],
    );
    expect(shown).toEqual([
      [false, true, false, 1000],
      [false, false, false, 1000],
      [true, false, true, 1],
    ]);
  });

  test('an event during the snapshot is sent after the snapshot', async () => {
    const one = start({ sessions: () => [SESSION] });
    const reader = one.read();
    await reader.next();
    one.emit('a');
    expect(types(await reader.upTo(({ type }) => type === 'request.begin'))).toEqual([
      'snapshot',
      'request.begin',
    ]);
  });

  test('a reader that connects again within a minute gets the events that it missed, and no snapshot', async () => {
    const one = start({ sessions: () => [SESSION] });
    const first = one.read();
    await first.next();
    await first.next();
    one.emit('a');
    const { id = '' } = await first.next();
    await first.leave();
    one.emit('b');
    one.emit('c');
    await one.clock.advance(59_000);
    const again = one.read({ lastEventId: id });
    const seen = await again.upTo((event) => 'requestId' in event && event.requestId === 'c');
    expect(types(seen)).toEqual(['hello', 'request.begin', 'request.begin']);
    expect(seen[0]).toMatchObject({ resumed: true, seq: 1 });
    expect(requestsOf(seen)).toEqual(['b', 'c']);
  });

  test.each([
    ['of another run of the emulator', () => 'other-1'],
    ['with a wrong form', () => "1'; drop"],
    ['of an event in the future', (run: string) => `${run}-99`],
    ['of an event before the first reader', (run: string) => `${run}-0`],
  ])('a reader with an ID %s gets a snapshot', async (_, idOf) => {
    const one = start();
    one.emit('a');
    await one.read().next();
    const reader = one.read({ lastEventId: idOf(one.bus.runId) });
    expect((await reader.next()).event).toMatchObject({ type: 'hello', resumed: false });
    expect((await reader.next()).event.type).toBe('snapshot');
  });

  test('the last 10,000 events are kept: a reader that missed more gets a snapshot', async () => {
    const one = start();
    const reader = one.read();
    await reader.next();
    const emitEnds = (count: number): void => {
      for (let at = 0; at < count; at++)
        one.bus.emit(() => ({ type: 'clock.frozen', clock: { now: '', offsetMs: 0, frozen: true } }));
    };
    emitEnds(1);
    const resumes = async (seq: number): Promise<unknown> =>
      (await one.read({ lastEventId: `${one.bus.runId}-${seq}` }).next()).event;
    emitEnds(10_000);
    expect(await resumes(1)).toMatchObject({ resumed: true });
    emitEnds(1);
    expect(await resumes(1)).toMatchObject({ resumed: false });
    expect(await resumes(2)).toMatchObject({ resumed: true });
    emitEnds(20_000);
    expect(await resumes(20_001)).toMatchObject({ resumed: false });
    expect(await resumes(20_002)).toMatchObject({ resumed: true });
  });

  test('a slow reader gets the numbers of the events that it lost, and a new snapshot', async () => {
    const one = start({ sessions: () => [SESSION] });
    const reader = one.read();
    await reader.next();
    await reader.next();
    const freeze = (count: number): void => {
      for (let at = 0; at < count; at++)
        one.bus.emit(() => ({ type: 'clock.frozen', clock: { now: '', offsetMs: 0, frozen: true } }));
    };
    freeze(1);
    await reader.next();
    freeze(25_000);
    expect((await reader.next()).event).toEqual({ type: 'gap', from: 1, to: 25_001 });
    expect((await reader.next()).event).toMatchObject({ type: 'snapshot', seq: 25_001, first: true });
    freeze(1);
    expect((await reader.next()).event).toMatchObject({ type: 'clock', seq: 25_002 });
  });

  test('the first 200 begins of a second are all sent; each later one says how many begins it stands for', async () => {
    const one = start();
    const reader = one.read();
    await reader.next();
    for (let at = 0; at < 600; at++) one.emit(String(at));
    await one.clock.advance(1000);
    one.emit('next second');
    const seen = await reader.upTo((event) => 'requestId' in event && event.requestId === 'next second');
    const stands = seen.flatMap((event) => (event.type === 'request.begin' ? [event.sampled ?? 1] : []));
    const count = (number: number): number => stands.filter((one) => one === number).length;
    expect([count(1), count(2), count(3), stands.length]).toEqual([201, 100, 67, 368]);
  });

  test('a reader can choose event types by name or by their first word', async () => {
    const one = start({ session: () => SESSION });
    const reader = one.read({ types: ['session', 'clock'] });
    await reader.next();
    one.emit('a');
    one.bus.emit(() => ({ type: 'session.updated', session: { ...SESSION } as never }));
    one.bus.emit(() => ({ type: 'clock.frozen', clock: { now: '', offsetMs: 0, frozen: true } }));
    expect([(await reader.next()).event.type, (await reader.next()).event.type]).toEqual([
      'session.updated',
      'clock',
    ]);
  });

  test('the stream sends a comment every 15 s', async () => {
    const one = start();
    const reader = one.read({ types: ['clock'] });
    await reader.next();
    for (let count = 0; count < 2; count++) {
      const piece = reader.pieces.next();
      await one.clock.advance(15_000);
      expect((await piece).value).toBe(': hb\n\n');
    }
  });

  test('the stream ends when the reader leaves', async () => {
    const one = start();
    const gone = new AbortController();
    const reader = one.read();
    await reader.next();
    await reader.next();
    const last = reader.pieces.next();
    await reader.leave();
    expect((await last).done).toBe(true);
    gone.abort();
  });
});
