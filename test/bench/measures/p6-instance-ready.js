import { playRounds, ratioRow } from '../rounds.js';
import { onStage } from '../subjects.js';

const STARTS = new URL('../children/starts.js', import.meta.url);
const MANY = 50;
const MOST_ROUNDS_OF_MANY = 5;

/** From the start of an instance to its readiness, against a node that does nothing, and against one that says that it listens. */
export const p6 = {
  id: 'P6',
  title: 'an instance is ready',
  run: ({ rounds, judging }) =>
    onStage(async (stage) => {
      const { ask } = await stage.start(STARTS);
      const contestant = (name, kind, count) => ({ name, run: () => ask('start', { kind, count }) });
      // One start is short and shaky: a figure is the mean of several.
      const mean = (name, kind, times) => ({
        name,
        async run() {
          let sum = 0;
          for (let time = 0; time < times; time++) sum += await ask('start', { kind, count: 1 });
          return sum / times;
        },
      });
      const times = judging ? 5 : 1;
      const one = [
        mean('bare node', 'bare', times),
        mean('instance', 'instance', times),
        mean('node that says it listens', 'listening', times),
        mean('bare node, again', 'bare', times),
      ];
      if (judging) await playRounds(one, 1);
      const single = await playRounds(one, rounds);
      const count = judging ? MANY : 2;
      const many = await playRounds(
        [
          contestant(`${count} bare nodes`, 'bare', count),
          contestant(`${count} instances`, 'instance', count),
          contestant(`${count} that say they listen`, 'listening', count),
          contestant(`${count} bare nodes, again`, 'bare', count),
        ],
        Math.min(rounds, MOST_ROUNDS_OF_MANY),
      );
      const ofOne = {
        id: 'P6',
        to: 'bare node',
        control: 'bare node, again',
        unit: 'ms',
        series: single,
        judging,
      };
      const ofMany = {
        id: 'P6',
        to: `${count} bare nodes`,
        control: `${count} bare nodes, again`,
        unit: 'ms',
        series: many,
        judging,
      };
      return [
        ratioRow({ ...ofOne, what: 'instance ready / bare node', goal: 1.1, of: 'instance' }),
        ratioRow({
          ...ofOne,
          what: 'for comparison: a node that says it listens / bare node (the floor)',
          of: 'node that says it listens',
        }),
        ratioRow({
          ...ofMany,
          what: `${count} instances ready / ${count} bare nodes`,
          goal: 1.15,
          of: `${count} instances`,
        }),
        ratioRow({
          ...ofMany,
          what: `for comparison: ${count} that say they listen / ${count} bare nodes (the floor)`,
          of: `${count} that say they listen`,
        }),
      ];
    }),
};
