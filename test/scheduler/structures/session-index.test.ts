import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LATEST } from '../../../src/model/function.js';
import { SessionEntry } from '../../../src/scheduler/session-entry.js';
import { SessionIndex } from '../../../src/scheduler/structures/session-index.js';
import { TERMS } from '../../support/session-terms.js';

const entryOf = (order: number, sessionId = `s${order}`): SessionEntry =>
  new SessionEntry(sessionId, TERMS, 0, order);

describe('SessionIndex, in the order of creation', () => {
  test('lists in the order of creation what was added and not erased, from anywhere, as a list would', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'add', 'erase', 'erase oldest', 'erase newest', 'erase some'),
      many: fc.nat(1500),
      which: fc.nat(100_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const index = new SessionIndex();
        let list: SessionEntry[] = [];
        let created = 0;
        const erase = (entries: readonly SessionEntry[]): void => {
          for (const entry of entries) index.erase(entry);
          list = list.filter((entry) => !entries.includes(entry));
        };
        for (const { what, many, which } of steps) {
          if (what === 'add') {
            const added = Array.from({ length: many }, () => entryOf(++created));
            for (const entry of added) index.add(entry);
            list = [...list, ...added];
          } else if (what === 'erase') erase(list.slice(which % (list.length + 1)).slice(0, 1));
          else if (what === 'erase oldest') erase(list.slice(0, many));
          else if (what === 'erase newest') erase(list.slice(-many || list.length).reverse());
          else erase(list.filter(({ order }) => order % 3 === which % 3));
          const order = which % (created + 2);
          expect(ordersOf(index.after(order))).toEqual(ordersOf(list).filter((one) => one > order));
        }
        expect([...index.after(0)]).toEqual(list);
      }),
      { numRuns: 100 },
    );
  });

  test('a list that is being read holds each remaining entry once, whatever is erased meanwhile', () => {
    const index = new SessionIndex();
    const entries = Array.from({ length: 5_000 }, (_, at) => entryOf(at + 1));
    for (const entry of entries) index.add(entry);
    const told: number[] = [];
    for (const entry of index.after(0)) {
      const { order } = entry;
      told.push(order);
      const next = entries[order];
      if (next !== undefined && order % 3 === 1) index.erase(next);
      index.erase(entry);
    }
    expect(told).toEqual(ordersOf(entries).filter((order) => order % 3 !== 2));
    expect([...index.after(0)]).toEqual([]);
  });

  test('the last one of a thousand remains when all around it are erased', () => {
    for (const stays of [1, 2, 1023, 1024, 1025, 1026, 2048, 2049]) {
      const index = new SessionIndex();
      const entries = Array.from({ length: 3_000 }, (_, at) => entryOf(at + 1));
      for (const entry of entries) index.add(entry);
      for (const entry of entries) if (entry.order < stays) index.erase(entry);
      for (const entry of entries.reverse()) if (entry.order > stays) index.erase(entry);
      expect(ordersOf(index.after(0))).toEqual([stays]);
    }
  });

  test('erasing one of very many looks at no more than a page of them', () => {
    let looks = 0;
    class Watched extends SessionEntry {
      override get erased(): boolean {
        looks++;
        return super.erased;
      }
      override set erased(erased: boolean) {
        super.erased = erased;
      }
    }
    const index = new SessionIndex();
    const entries = Array.from({ length: 20_000 }, (_, at) => new Watched(`s${at}`, TERMS, 0, at + 1));
    for (const entry of entries) index.add(entry);
    let most = 0;
    for (const entry of entries) {
      looks = 0;
      index.erase(entry);
      most = Math.max(most, looks);
    }
    expect(most).toBeLessThanOrEqual(1024 + 1);
  });
});

describe('SessionIndex, by ID', () => {
  test('keeps the latest of each ID, and again the one before it when that is erased, as stacks would', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'add', 'remove latest', 'remove oldest'),
      id: fc.oneof(fc.constantFrom('one', 'another'), fc.string({ maxLength: 12 })),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const index = new SessionIndex();
        const stacks = new Map<string, SessionEntry[]>();
        for (const [order, { what, id }] of steps.entries()) {
          const stack = stacks.get(id) ?? [];
          stacks.set(id, stack);
          if (what === 'add') {
            const entry = entryOf(order, id);
            index.add(entry);
            stack.push(entry);
          } else {
            const entry = what === 'remove latest' ? stack.pop() : stack.shift();
            if (entry === undefined) continue;
            index.erase(entry);
          }
          for (const known of [id, 'other', ...stacks.keys()]) {
            expect(index.get(LATEST, known)).toBe(stacks.get(known)?.at(-1));
          }
          const latest = stack.at(-1);
          if (latest !== undefined) expect(index.before(latest)).toEqual(stack.slice(0, -1).reverse());
        }
      }),
    );
  });
});

function ordersOf(entries: Iterable<SessionEntry>): number[] {
  return Array.from(entries, ({ order }) => order);
}
