import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FirstFitIndex } from '../../../src/scheduler/structures/first-fit-index.js';

interface Member {
  rank: number;
  readonly name: number;
}

describe('FirstFitIndex', () => {
  test('finds the oldest marked member, as a list would', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'add', 'mark', 'unmark', 'remove', 'from'),
      which: fc.nat(60),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const index = new FirstFitIndex<Member>();
        let list: { member: Member; marked: boolean }[] = [];
        for (const { what, which } of steps) {
          const one = list[which % Math.max(1, list.length)];
          if (what === 'add') {
            const member = { rank: -1, name: which };
            index.add(member);
            list.push({ member, marked: false });
          } else if (one !== undefined && (what === 'mark' || what === 'unmark')) {
            index.mark(one.member, what === 'mark');
            one.marked = what === 'mark';
          } else if (one !== undefined && what === 'remove') {
            index.remove(one.member);
            list = list.filter((kept) => kept !== one);
          } else if (one !== undefined) {
            const from = list.find(({ member, marked }) => marked && member.rank >= one.member.rank);
            expect(index.firstFrom(one.member.rank)).toBe(from?.member);
          }
          expect(index.first()).toBe(list.find(({ marked }) => marked)?.member);
          expect([...index]).toEqual(list.map(({ member }) => member));
          expect(index.size).toBe(list.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('closes ranks when more have come than it has ranks, keeping order and marks', () => {
    const index = new FirstFitIndex<Member>();
    const members: Member[] = [];
    for (let name = 0; name < 100_000; name++) {
      const member = { rank: -1, name };
      index.add(member);
      index.mark(member, name % 3 !== 0);
      members.push(member);
      const leaving = members.length > 50 ? members.shift() : undefined;
      if (leaving !== undefined) index.remove(leaving);
    }
    expect([...index]).toEqual(members);
    expect(index.first()).toBe(members.find(({ name }) => name % 3 !== 0));
  });

  test('G5 takes as many steps with 10,000 members as with 10, wherever the marked one is', () => {
    const steps = (size: number, marked: number): number => {
      const index = new FirstFitIndex<Member>();
      for (let name = 0; name < size; name++) {
        const member = { rank: -1, name };
        index.add(member);
        if (name === marked) index.mark(member, true);
      }
      let reads = 0;
      const clz32 = Math.clz32;
      Math.clz32 = (number) => {
        reads++;
        return clz32(number);
      };
      try {
        expect(index.first()?.name).toBe(marked);
      } finally {
        Math.clz32 = clz32;
      }
      return reads;
    };
    const most = Math.max(...[0, 3, 9].map((marked) => steps(10, marked)));
    for (const marked of [0, 31, 32, 1023, 1024, 5_000, 9_999])
      expect(steps(10_000, marked)).toBeLessThanOrEqual(most + 4);
  });
});

test('C4: holds as many members as it can find, and refuses one more', () => {
  const index = new FirstFitIndex<{ rank: number }>();
  const members = Array.from({ length: 32_768 }, () => ({ rank: -1 }));
  for (const member of members) index.add(member);
  expect(() => index.add({ rank: -1 })).toThrow(RangeError);
  const last = members[32_767];
  if (last === undefined) throw new Error('there is no last member');
  index.mark(last, true);
  expect(index.first()).toBe(last);
});
