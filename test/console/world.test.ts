import { describe, expect, it } from 'vitest';
import { World } from '../../src/console/page/store/world.js';
import type {
  ConsoleEvent,
  Hello,
  InstanceState,
  SessionState,
  Snapshot,
} from '../../src/model/console-events.js';
import type { RequestRecord } from '../../src/model/request-record.js';

const FUNCTION = { functionName: 'shop', qualifier: 'LATEST' };

function session(sessionId: string, instanceId = 'c-1', more: Partial<SessionState> = {}): SessionState {
  return {
    ...FUNCTION,
    sessionId,
    instanceId,
    status: 'Active',
    createdAt: 0,
    expiresAt: 21_600_000,
    idleExpiresAt: 1_800_000,
    idle: 1800,
    inFlight: 0,
    requests: 1,
    reopened: false,
    ...more,
  };
}

function instance(instanceId: string, more: Partial<InstanceState> = {}): InstanceState {
  return {
    ...FUNCTION,
    instanceId,
    pid: 1,
    port: 1,
    state: 'ready',
    startedAt: 0,
    readyAt: 0,
    slots: 2,
    slotsTaken: 0,
    inFlight: 0,
    revision: 1,
    ...more,
  };
}

function hello(startId: string, more: Partial<Hello> = {}): Hello {
  const counts = { sessions: 0, instances: 0, inFlight: 0 };
  const clock = { frozen: false, offsetMs: 0 };
  const base = { type: 'hello', seq: 1, version: '1', now: 0, realNow: 0, functions: [] } as const;
  return { ...base, startId, clock, counts, resumed: false, ...more };
}

function snapshot(more: Partial<Snapshot>): Snapshot {
  return { type: 'snapshot', seq: 1, first: true, done: true, instances: [], sessions: [], ...more };
}

function record(requestId: string, more: Partial<RequestRecord> = {}): RequestRecord {
  const base = { ...FUNCTION, requestId, entrance: 'http', method: 'GET', target: '/', upgrade: false };
  return {
    ...base,
    at: 0,
    outcome: 'completed',
    status: 200,
    attempts: [],
    evidence: {},
    durationMs: 1,
    ...more,
  } as RequestRecord;
}

const event = (body: object): ConsoleEvent => ({ seq: 2, at: 0, ...body }) as ConsoleEvent;
const opened = (one: SessionState): ConsoleEvent =>
  event({ type: 'session.opened', session: one, by: 'api' });
const deleted = (one: SessionState): ConsoleEvent =>
  event({ type: 'session.deleted', session: one, reason: 'api' });
const ended = (one: RequestRecord, more: object = {}): ConsoleEvent =>
  event({ type: 'request.end', record: one, ...more });

function worldWith(...events: readonly ConsoleEvent[]): World {
  const world = new World();
  world.apply(hello('run'));
  world.apply(snapshot({ instances: [instance('c-1')], sessions: [session('a')] }));
  world.takeChanges();
  for (const one of events) world.apply(one);
  return world;
}

const ids = (world: World): (string | undefined)[] => world.places('c-1').map((one) => one?.sessionId);

describe('the store of the page', () => {
  it('keeps each session in its place until it ends, and gives the first free place to the next', () => {
    const world = worldWith(opened(session('b')));
    expect(ids(world)).toEqual(['a', 'b']);
    world.apply(deleted(session('a')));
    expect(ids(world)).toEqual([undefined, 'b']);
    world.apply(opened(session('c')));
    expect(ids(world)).toEqual(['c', 'b']);
  });

  it('shows the last request of an instance also when it ended before the page was opened', () => {
    const world = worldWith();
    const decision = { instanceId: 'c-1' } as RequestRecord['decision'];
    world.addOlder([record('1', { decision }), record('2', { decision })]);
    expect(world.lastRequests.get('c-1')?.requestId).toBe('2');
    world.apply(event({ type: 'request.end', record: record('3', { decision }) }));
    world.addOlder([record('0', { decision })]);
    expect(world.lastRequests.get('c-1')?.requestId).toBe('3');
  });

  it('moves a session when its instance changes', () => {
    const rebound = { type: 'session.rebound', session: session('a', 'c-2'), reason: 'instance-ended' };
    const world = worldWith(event({ type: 'instance.ready', instance: instance('c-2') }), event(rebound));
    expect(ids(world)).toEqual([undefined, undefined]);
    expect(world.places('c-2').map((one) => one?.sessionId)).toEqual(['a', undefined]);
  });

  it('frees the place of a paused session', () => {
    const world = worldWith(
      event({ type: 'session.paused', session: session('a', 'c-1', { status: 'Paused' }) }),
    );
    expect(ids(world)).toEqual([undefined, undefined]);
    expect(world.sessions.size).toBe(1);
  });

  it('keeps its state until a new snapshot is complete, and then removes entries that are not in the snapshot', () => {
    const world = worldWith(hello('run'), snapshot({ done: false, instances: [instance('c-2')] }));
    expect(ids(world)).toEqual(['a', undefined]);
    world.apply(snapshot({ first: false, sessions: [session('b', 'c-2')] }));
    expect([...world.instances.keys()]).toEqual(['c-2']);
    expect([...world.sessions.values()].map(({ sessionId }) => sessionId)).toEqual(['b']);
  });

  it('an event between two chunks replaces the state in the later chunk', () => {
    const world = worldWith(
      snapshot({ done: false }),
      opened(session('a', 'c-1', { requests: 9 })),
      snapshot({ first: false, instances: [instance('c-1')], sessions: [session('a')] }),
    );
    expect(world.places('c-1')[0]?.requests).toBe(9);
  });

  it('removes the requests of an earlier run of the emulator, and keeps those of the same run', () => {
    const world = worldWith(ended(record('1')));
    world.apply(hello('run'));
    expect(world.requests.size).toBe(1);
    world.apply(hello('another'));
    expect(world.requests.size).toBe(0);
  });

  it('counts a request in flight from its begin to its end', () => {
    const begin = { type: 'request.begin', requestId: '1', ...FUNCTION, instanceId: 'c-1', sessionId: 'a' };
    const world = worldWith(event(begin));
    expect(world.instances.get('c-1')?.inFlight).toBe(1);
    expect(world.places('c-1')[0]).toMatchObject({ inFlight: 1, idleExpiresAt: null });
    world.apply(
      ended(record('1'), {
        session: session('a'),
        instance: { instanceId: 'c-1', slotsTaken: 1, inFlight: 0 },
      }),
    );
    expect(world.instances.get('c-1')).toMatchObject({ inFlight: 0, slotsTaken: 1 });
    expect(world.places('c-1')[0]?.inFlight).toBe(0);
    expect(world.inFlight.size).toBe(0);
  });

  it('does not show an ended session again when its request ends later', () => {
    const world = worldWith(deleted(session('a')), ended(record('1'), { session: session('a') }));
    expect(world.sessions.size).toBe(0);
    expect([...world.endedSessions.values()]).toMatchObject([{ reason: 'api' }]);
  });

  it('shows a request once when it comes twice', () => {
    const world = worldWith(ended(record('1')), ended(record('1')));
    expect(world.requests.newestFirst()).toHaveLength(1);
  });

  it('names only the instances that changed', () => {
    const world = worldWith(event({ type: 'instance.ready', instance: instance('c-2') }));
    expect([...world.takeChanges().instances]).toEqual(['c-2']);
    expect(world.takeChanges()).toMatchObject({ instanceList: false, sessions: false, requests: false });
  });

  it('shows why an instance ended', () => {
    const exit = { code: 1, signal: null, lastLines: ['boom'] };
    const world = worldWith(
      event({ type: 'instance.ended', instance: instance('c-1'), reason: 'crashed', exit }),
    );
    expect(world.instances.size).toBe(0);
    expect([...world.endedInstances.values()]).toMatchObject([{ reason: 'crashed', exit }]);
  });

  it('adds requests from before the page was opened at the start of the list', () => {
    const world = worldWith(ended(record('2', { at: 20 })));
    world.requests.addOlder([record('1', { at: 10 }), record('2', { at: 20 })]);
    expect(world.requests.newestFirst().map(({ requestId }) => requestId)).toEqual(['2', '1']);
  });
});
