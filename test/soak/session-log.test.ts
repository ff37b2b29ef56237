import { describe, expect, test } from 'vitest';
import { SessionLog } from './session-log.js';

const TERMS = { ttlMs: 60_000, idleMs: 8000 };

interface Told {
  readonly session?: 'known' | 'opened' | 'reopened' | 'none';
  readonly at: number;
  readonly durationMs?: number;
  readonly admittedMs?: number;
  readonly answered?: boolean;
}

/** @returns what is broken by a session whose requests were logged so */
function verdictOn(...told: Told[]): string[] {
  const broken: string[] = [];
  const log = new SessionLog();
  for (const { session, at, durationMs = 10, admittedMs = 0, answered = true } of told) {
    log.take({
      target: '/?token=t&session=s-1',
      at,
      durationMs,
      ...(session && { decision: session === 'none' ? { session } : { sessionId: 's-1', session } }),
      attempts: session === undefined ? [] : [{ admittedMs, ...(answered && { firstByteMs: durationMs }) }],
    });
  }
  log.judge(TERMS, (what: string) => broken.push(what));
  return broken;
}

/** Used each second from its opening at 0 until, and not after, that instant. */
function usedUntil(end: number): Told[] {
  const seconds = Array.from({ length: end / 1000 }, (_, second) => second * 1000);
  return seconds.map((at) => ({ session: at === 0 ? 'opened' : 'known', at }));
}

describe('what the soak makes of the request log', () => {
  test('a session that is taken until its idle time is over, and then opened again, breaks nothing', () => {
    expect(verdictOn({ session: 'opened', at: 0 }, { session: 'known', at: 8010 })).toEqual([]);
    expect(verdictOn({ session: 'opened', at: 0 }, { session: 'reopened', at: 8010 })).toEqual([]);
  });

  test('one taken after its idle time breaks I12, but for what is rounded', () => {
    const at = 10 + 8000 + 1;
    expect(verdictOn({ session: 'opened', at: 0 }, { session: 'known', at: at - 1 })).toEqual([]);
    expect(verdictOn({ session: 'opened', at: 0 }, { session: 'known', at })).toEqual([
      'I12: a session outlived its idle time',
    ]);
  });

  test('one opened again before its idle time is over breaks I13, but for what is rounded', () => {
    const at = 10 + 8000 - 3;
    expect(verdictOn({ session: 'opened', at: 0 }, { session: 'reopened', at })).toEqual([]);
    expect(verdictOn({ session: 'opened', at: 0 }, { session: 'reopened', at: at - 1 })).toEqual([
      'I13: a session ended early',
    ]);
  });

  test('one taken after its TTL breaks I12', () => {
    const used = usedUntil(60_000);
    expect(verdictOn(...used, { session: 'known', at: 60_000 })).toEqual([]);
    expect(verdictOn(...used, { session: 'known', at: 60_001 })).toEqual(['I12: a session outlived its TTL']);
  });

  test('one opened again before its TTL is over breaks I13, however it was used', () => {
    const used = usedUntil(60_000);
    expect(verdictOn(...used, { session: 'reopened', at: 60_000 })).toEqual([]);
    expect(verdictOn(...used, { session: 'reopened', at: 59_900 })).toEqual(['I13: a session ended early']);
  });

  test('a request in flight, which is logged later, keeps its session', () => {
    const stream: Told = { session: 'known', at: 1000, durationMs: 20_000 };
    const opened: Told = { session: 'opened', at: 0 };
    expect(verdictOn(opened, { session: 'known', at: 15_000 }, stream)).toEqual([]);
    expect(verdictOn(opened, { session: 'reopened', at: 15_000 }, stream)).toEqual([
      'I13: a session ended early',
    ]);
  });

  test('a session is created at some moment of the start that its first request had to wait for', () => {
    const opened: Told = { session: 'opened', at: 0, durationMs: 59_000, admittedMs: 500 };
    expect(verdictOn(opened, { session: 'known', at: 60_500 })).toEqual([]);
    expect(verdictOn(opened, { session: 'known', at: 60_501 })).toEqual(['I12: a session outlived its TTL']);
    expect(verdictOn(opened, { session: 'reopened', at: 59_900 })).toEqual(['I13: a session ended early']);
  });

  test('it is created before any other request begins', () => {
    const opened: Told = { session: 'opened', at: 0, durationMs: 59_000, admittedMs: 500 };
    const other: Told = { session: 'none', at: 3 };
    expect(verdictOn(opened, other, { session: 'known', at: 60_002 })).toEqual([]);
    expect(verdictOn(opened, other, { session: 'known', at: 60_003 })).toEqual([
      'I12: a session outlived its TTL',
    ]);
  });

  test('each session of an ID is judged by its own times', () => {
    const again: Told[] = [
      { session: 'opened', at: 0 },
      { session: 'reopened', at: 9000 },
    ];
    expect(verdictOn(...again, { session: 'known', at: 16_000 })).toEqual([]);
    expect(verdictOn(...again, { session: 'reopened', at: 16_000 })).toEqual(['I13: a session ended early']);
  });

  test('one that no instance answered is gone with its last request', () => {
    const unanswered: Told = { session: 'reopened', at: 9000, answered: false, durationMs: 100 };
    const opened: Told = { session: 'opened', at: 0 };
    expect(verdictOn(opened, unanswered, { session: 'reopened', at: 9100 })).toEqual([]);
    expect(verdictOn(opened, unanswered, { session: 'reopened', at: 9050 })).toEqual([
      'I13: a session ended early',
    ]);
  });

  test('a request that found no instance may have used the session that it named', () => {
    const opened: Told = { session: 'opened', at: 0 };
    expect(verdictOn(opened, { at: 5000 }, { session: 'known', at: 13_000 })).toEqual([]);
    expect(verdictOn(opened, { at: 5000 }, { session: 'reopened', at: 8100 })).toEqual([]);
  });
});
