import { describe, expect, it } from 'vitest';
import { readAddress, writeAddress } from '../../src/console/page/address.js';
import { timeOf } from '../../src/console/page/store/page-clock.js';
import { RequestList } from '../../src/console/page/store/request-list.js';
import { sessionTag } from '../../src/console/page/store/session-key.js';
import { timeLeft, timeLeftText } from '../../src/console/page/store/time-left.js';
import { ServerSentParser } from '../../src/console/page/stream/server-sent-parser.js';
import type { SessionState } from '../../src/model/console-events.js';
import type { RequestRecord } from '../../src/model/request-record.js';

describe('the events of a stream', () => {
  const text =
    ': heartbeat\n\nid: r-1\nevent: x\ndata: {"a":1}\n\ndata: first\r\ndata:second\r\n\r\ndata: unfinished';

  it.each([1, 2, 7, 1000])('are the same in pieces of %i characters', (size) => {
    const parser = new ServerSentParser();
    const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    expect(pieces.flatMap((piece) => parser.push(piece))).toEqual([
      { id: 'r-1', data: '{"a":1}' },
      { id: 'r-1', data: 'first\nsecond' },
    ]);
  });
});

describe('the clock of the page', () => {
  const clock = { now: 1000, heardAt: 50, frozen: false, offsetMs: 0 };

  it('advances from the last time of the emulator', () => expect(timeOf(clock, 350)).toBe(1300));

  it('does not advance while it is frozen', () => expect(timeOf({ ...clock, frozen: true }, 350)).toBe(1000));
});

describe('the time that a session has left', () => {
  const session = { createdAt: 0, expiresAt: 100_000, idleExpiresAt: 60_000, idle: 60, status: 'Active' };
  const of = (more: object): SessionState => ({ ...session, ...more }) as SessionState;

  it('is the time to the earlier of TTL and idle time', () => {
    expect(timeLeft(of({}), 30_000)).toEqual({ ms: 30_000, by: 'idle', share: 0.5 });
    expect(timeLeft(of({ idleExpiresAt: null }), 50_000)).toEqual({ ms: 50_000, by: 'ttl', share: 0.5 });
    expect(timeLeft(of({ idleExpiresAt: 200_000 }), 50_000)?.by).toBe('ttl');
  });

  it('is undefined without TTL and idle time, and for an ended session', () => {
    expect(timeLeft(of({ idleExpiresAt: null, expiresAt: null }), 0)).toBeUndefined();
    expect(timeLeft(of({ status: 'Expired' }), 0)).toBeUndefined();
    expect(timeLeft({} as SessionState, 0)).toBeUndefined();
  });

  it.each([
    [-5, '0s'],
    [59_001, '60s'],
    [1_799_000, '29m'],
    [21_600_000, '6h00m'],
    [21_599_000, '5h59m'],
    [3 * 86_400_000, '3d0h'],
  ])('%i ms is written %s', (ms, text) => expect(timeLeftText(ms)).toBe(text));
});

describe('the tag of a session', () => {
  const tag = (sessionId: string, qualifier = 'LATEST') =>
    sessionTag({ functionName: 'shop', qualifier, sessionId });

  it('differs for each of 20,000 sessions and does not contain the ID', () => {
    const tags = Array.from({ length: 20_000 }, (_, at) => tag(`user-${at}`));
    expect(new Set(tags).size).toBe(20_000);
    expect(tags[7]).not.toContain('user');
  });

  it('differs for the same ID of another qualifier', () => expect(tag('a')).not.toBe(tag('a', 'v1')));
});

describe('the list of requests', () => {
  it('keeps the latest requests', () => {
    const list = new RequestList(10);
    for (let at = 0; at < 100; at++) list.add({ requestId: `${at}` } as RequestRecord);
    const newest = list.newestFirst();
    expect(newest).toHaveLength(10);
    expect(newest[0]?.requestId).toBe('99');
    expect(list.get('90')?.requestId).toBe('90');
    expect(list.get('1')).toBeUndefined();
  });
});

describe('the address of the page', () => {
  it.each(['#/map', '#/requests?request=1-6b07926c-699488b8', '#/sessions?on=orders%40LATEST&session=k3f9z'])(
    '%s is read and written without a change',
    (hash) => expect(writeAddress(readAddress(hash))).toBe(hash),
  );

  it.each(['', '#', '#/nowhere?x=1', '#//'])('%j is the map', (hash) =>
    expect(writeAddress(readAddress(hash))).toBe('#/map'),
  );
});
