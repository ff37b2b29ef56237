import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SESSION_AFFINITIES } from '../../src/model/function.js';
import { EXPIRED_RETENTION_MS } from '../../src/model/limits.js';
import type { StoredSession } from '../../src/model/session-store.js';
import { FIRST_SUM, sealLine } from '../../src/store/journal-line.js';
import { kept, open, storedSession, temporaryFolder, WALL_NOW } from './kept-sessions.js';

describe('sessions on disk', () => {
  test('are there after a restart as they were saved last, in the order of creation', () => {
    const directory = temporaryFolder();
    const { state } = open(directory);
    const store = state.storeOf('hello');
    store.save(storedSession(2));
    store.save(storedSession(1));
    store.save(storedSession(3));
    store.save(storedSession(2, { sessionStatus: 'Expired', endedAt: WALL_NOW + 5.5 }));
    store.delete(3);
    state.close();
    expect(kept(directory)).toEqual([
      storedSession(1),
      storedSession(2, { sessionStatus: 'Expired', endedAt: WALL_NOW + 5.5 }),
    ]);
  });

  test('of one function are none of another, though their orders are equal (I6)', () => {
    const directory = temporaryFolder();
    const { state } = open(directory);
    state.storeOf('hello').save(storedSession(1));
    state.storeOf('other').save(storedSession(1, { sessionId: 'elsewhere' }));
    state.storeOf('__proto__').save(storedSession(1, { sessionId: 'odd' }));
    state.storeOf('hello').delete(1);
    state.close();
    expect(kept(directory)).toEqual([]);
    expect(kept(directory, 'other').map(({ sessionId }) => sessionId)).toEqual(['elsewhere']);
    expect(kept(directory, '__proto__').map(({ sessionId }) => sessionId)).toEqual(['odd']);
  });

  test('come back exactly, whatever they hold', () => {
    const instant = fc.double({ noNaN: true, noDefaultInfinity: true });
    const session: fc.Arbitrary<StoredSession> = fc.record({
      sessionId: fc.string({ unit: 'binary' }),
      terms: fc.record(
        {
          functionName: fc.string(),
          qualifier: fc.string({ unit: 'binary' }),
          sessionAffinityType: fc.constantFrom(...SESSION_AFFINITIES),
          sessionTTLInSeconds: fc.nat(),
          sessionIdleTimeoutInSeconds: fc.nat(),
          disableSessionIdReuse: fc.boolean(),
          nasConfig: fc.object({ key: fc.string().filter((key) => key !== '__proto__') }),
        },
        {
          requiredKeys: [
            'functionName',
            'qualifier',
            'sessionAffinityType',
            'sessionTTLInSeconds',
            'sessionIdleTimeoutInSeconds',
            'disableSessionIdReuse',
          ],
        },
      ),
      sessionStatus: fc.constantFrom('Active', 'Expired', 'Paused'),
      createdAt: instant,
      lastModifiedAt: instant,
      lastUsedAt: instant,
      used: fc.boolean(),
      endedAt: instant,
      containerId: fc.string(),
      order: fc.nat(),
    });
    fc.assert(
      fc.property(fc.uniqueArray(session, { selector: ({ order }) => order, maxLength: 10 }), (sessions) => {
        // As retention would end for most of these instants, they are all made recent; the digits behind the point stay.
        const recent = sessions.map((each) => ({ ...each, lastUsedAt: WALL_NOW, endedAt: WALL_NOW + 0.1 }));
        const directory = temporaryFolder();
        const { state } = open(directory);
        for (const each of recent) state.storeOf('hello', each.terms.qualifier).save(each);
        state.close();
        const asJson = JSON.parse(JSON.stringify(recent.sort((one, other) => one.order - other.order)));
        const qualifiers = new Set(recent.map(({ terms }) => terms.qualifier));
        const found = [...qualifiers].flatMap((qualifier) => kept(directory, 'hello', qualifier));
        expect(found.sort((one, other) => one.order - other.order)).toEqual(asJson);
      }),
      { numRuns: 100 },
    );
  });

  test('G20: those of one qualifier do not mix with those of another, whatever their order', () => {
    const directory = temporaryFolder();
    const { state } = open(directory);
    const ofVersion = storedSession(1, { terms: { ...storedSession(1).terms, qualifier: '1' } });
    state.storeOf('hello', '1').save(ofVersion);
    state.storeOf('hello').save(storedSession(1));
    state.storeOf('hello').touch([{ order: 1, lastUsedAt: WALL_NOW + 9 }]);
    state.storeOf('hello').delete(1);
    state.close();
    expect(kept(directory)).toEqual([]);
    expect(kept(directory, 'hello', '1')).toEqual([ofVersion]);
  });

  test('are used later by a touch; one that is gone by then is passed over', () => {
    const directory = temporaryFolder();
    const { state } = open(directory);
    const store = state.storeOf('hello');
    store.save(storedSession(1));
    store.save(storedSession(2));
    store.delete(2);
    store.touch([
      { order: 1, lastUsedAt: WALL_NOW + 77.25 },
      { order: 2, lastUsedAt: WALL_NOW + 78 },
    ]);
    state.close();
    expect(kept(directory)).toEqual([storedSession(1, { used: true, lastUsedAt: WALL_NOW + 77.25 })]);
  });

  test.skipIf(process.platform !== 'linux')(
    'touches of 1,000 sessions are one write, no touches none',
    () => {
      const directory = temporaryFolder();
      const { state } = open(directory);
      const store = state.storeOf('hello');
      const uses = Array.from({ length: 1000 }, (_, order) => ({ order, lastUsedAt: WALL_NOW + order }));
      for (const { order } of uses) store.save(storedSession(order));
      const writesBefore = writesOfThisProcess();
      store.touch(uses);
      store.touch([]);
      expect(writesOfThisProcess() - writesBefore).toBe(1);
      state.close();
      expect(kept(directory).map(({ lastUsedAt }) => lastUsedAt)).toEqual(
        uses.map(({ lastUsedAt }) => lastUsedAt),
      );
    },
  );

  test('are forgotten when their retention is over, also those of functions that are not served', () => {
    const directory = temporaryFolder();
    const { state } = open(directory);
    const before = WALL_NOW - EXPIRED_RETENTION_MS;
    const store = state.storeOf('gone');
    store.save(storedSession(1, { sessionStatus: 'Expired', endedAt: before - 1 }));
    store.save(storedSession(2, { sessionStatus: 'Expired', endedAt: before }));
    const long = { createdAt: before - 21_600_001, lastModifiedAt: 0, lastUsedAt: 0 };
    store.save(storedSession(3, long));
    store.save(storedSession(4, { ...long, lastModifiedAt: before }));
    state.close();
    expect(kept(directory, 'gone').map(({ order }) => order)).toEqual([2, 4]);
  });

  test('the session clock goes on where it was kept, noted only when it changes', () => {
    const directory = temporaryFolder();
    const first = open(directory);
    expect(first.state.clock).toEqual({ offsetMs: 0, skippedMs: 0 });
    first.state.keepClock({ offsetMs: 0, skippedMs: 3.5 });
    const length = statSync(join(directory, 'journal')).size;
    first.state.keepClock({ offsetMs: 3_600_000.5, skippedMs: 0 });
    first.state.keepClock({ offsetMs: 3_600_000.5, skippedMs: 0 });
    expect(first.state.clock).toEqual({ offsetMs: 3_600_000.5, skippedMs: 0 });
    expect(statSync(join(directory, 'journal')).size - length).toBeLessThan(120);
    first.state.close();
    const second = open(directory);
    expect(second.state.clock).toEqual({ offsetMs: 3_600_000.5, skippedMs: 0 });
    const frozen = { offsetMs: 1, skippedMs: -2000.25, frozenAt: WALL_NOW };
    second.state.keepClock(frozen);
    second.state.storeOf('hello').save(storedSession(1));
    second.state.close();
    const third = open(directory);
    expect(third.state.clock).toEqual(frozen);
    third.state.storeOf('hello').delete(1);
    third.state.close();
    expect(open(directory).state.clock).toEqual({ ...frozen, skippedMs: 0 });
  });

  test('nothing is written after the end', () => {
    const directory = temporaryFolder();
    const { state } = open(directory);
    state.storeOf('hello').save(storedSession(1));
    state.close();
    state.storeOf('hello').save(storedSession(2));
    state.close();
    expect(kept(directory)).toEqual([storedSession(1)]);
  });
});

describe('a record that was tampered with (T14)', () => {
  const good = JSON.stringify(storedSession(1));

  test.each([
    [
      'an own __proto__',
      `{"kind":"save","functionName":"hello","__proto__":{"polluted":1},"session":${good}}`,
    ],
    [
      'a __proto__ in the session',
      `{"kind":"save","functionName":"hello","session":${good.replace('{', '{"__proto__":{"polluted":1},')}}`,
    ],
    [
      'constructor.prototype',
      `{"kind":"save","functionName":"hello","session":${good.replace('{', '{"constructor":{"prototype":{"polluted":1}},')}}`,
    ],
  ])('%s is not taken in, the rest is', (_, record) => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'journal'), journalOf('{"kind":"whole"}', record), { mode: 0o600 });
    const [session, ...others] = kept(directory);
    expect(others).toEqual([]);
    expect(session).toEqual(storedSession(1));
    expect(Reflect.ownKeys(session ?? {}).sort()).toEqual(Object.keys(storedSession(1)).sort());
    expect(Reflect.get(session ?? {}, 'polluted')).toBeUndefined();
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test('a __proto__ inside of kept mounts is left out, its neighbours stay', () => {
    const nasConfig: unknown = JSON.parse(
      '{"a":[{"__proto__":{"polluted":1},"b":1}],"__proto__":{"polluted":1}}',
    );
    const directory = temporaryFolder();
    const { state } = open(directory);
    const { terms } = storedSession(1);
    state.storeOf('hello').save(storedSession(1, { terms: { ...terms, nasConfig } }));
    state.close();
    const restored = kept(directory)[0]?.terms.nasConfig;
    expect(JSON.stringify(restored)).toBe('{"a":[{"b":1}]}');
    expect(Object.assign({}, restored)).not.toHaveProperty('polluted');
  });

  test('a key that it does not have is not taken from Object.prototype either', () => {
    const directory = temporaryFolder();
    const record = `{"kind":"save","functionName":"hello","session":${good.replace('"used":false,', '')}}`;
    writeFileSync(join(directory, 'journal'), journalOf('{"kind":"whole"}', record), { mode: 0o600 });
    Object.defineProperty(Object.prototype, 'used', { value: true, configurable: true });
    try {
      const { warnings } = open(directory);
      expect(warnings).toEqual([
        expect.stringContaining('line 2: session.used must be true or false, got nothing'),
      ]);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'used');
    }
  });

  test.each([
    ['{}'],
    ['{"kind":"toString"}'],
    ['{"kind":"eval"}'],
    [`{"kind":"save","functionName":7,"session":${good}}`],
    [`{"kind":"save","functionName":"hello"}`],
    [`{"kind":"save","functionName":"hello","session":[]}`],
    [`{"kind":"save","functionName":"hello","session":{"__proto__":${good}}}`],
    ...Object.keys(storedSession(1)).map((key) => [
      `{"kind":"save","functionName":"hello","session":${JSON.stringify({ ...storedSession(1), [key]: null })}}`,
    ]),
    ...Object.keys(storedSession(1).terms).map((key) => [
      `{"kind":"save","functionName":"hello","session":${JSON.stringify(storedSession(1, { terms: { ...storedSession(1).terms, [key]: {} } }))}}`,
    ]),
    [
      `{"kind":"save","functionName":"hello","session":${good.replace('"sessionTTLInSeconds":21600', '"sessionTTLInSeconds":1e400')}}`,
    ],
    [`{"kind":"save","functionName":"hello","session":${JSON.stringify(storedSession(-1))}}`],
    [`{"kind":"save","functionName":"hello","session":${JSON.stringify(storedSession(0.5))}}`],
    ['{"kind":"delete","functionName":"hello","order":"1"}'],
    ['{"kind":"touch","functionName":"hello","uses":{"length":1}}'],
    ['{"kind":"touch","functionName":"hello","uses":[7]}'],
    ['{"kind":"touch","functionName":"hello","uses":[[1]]}'],
    ['{"kind":"clock","offsetMs":null}'],
  ])('%s is damage, though its checksum is right', (record) => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'journal'), journalOf('{"kind":"whole"}', record), { mode: 0o600 });
    const { state, warnings } = open(directory);
    expect(warnings).toEqual([
      expect.stringMatching(/are damaged \(line 2: .*set aside as journal\.corrupt-/),
    ]);
    expect([...state.storeOf('hello').all()]).toEqual([]);
  });
});

function writesOfThisProcess(): number {
  return Number(/^syscw: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

/** A journal with the right checksums that holds those records of JSON. */
function journalOf(...records: readonly string[]): string {
  let sum = FIRST_SUM;
  return records
    .map((record) => {
      const sealed = sealLine(JSON.parse(record), sum);
      sum = sealed.sum;
      return sealed.line;
    })
    .join('');
}
