import { absolutes, playRounds, row } from '../rounds.js';
import { ratios } from '../statistics.js';
import { onStage } from '../subjects.js';

const SLOTS = new URL('../children/slots.js', import.meta.url);
const FEW = 10;
const MANY = 10_000;

/** Choosing an instance and giving back its slot, among ten instances and among ten thousand. */
export const p5 = {
  id: 'P5',
  title: 'choosing an instance',
  run: ({ rounds, judging, scaled }) =>
    onStage(async (stage) => {
      const few = await stage.start(SLOTS);
      const many = await stage.start(SLOTS);
      const contestant = (name, child, instances) => {
        const run = () => child.ask('choose', { instances, times: scaled(2_000_000) });
        return { name, run };
      };
      const contestants = [
        contestant('10', few, FEW),
        contestant('10,000', many, MANY),
        contestant('10, again', few, FEW),
        contestant('10,000, again', many, MANY),
      ];
      await playRounds(contestants, 1);
      const series = await playRounds(contestants, rounds);
      const common = { id: 'P5', judging, absolute: absolutes(series, 'ns') };
      return [
        row({
          ...common,
          what: 'choosing an instance of 10,000 and giving its slot back',
          goal: 100,
          unit: 'ns',
          figures: series['10,000'],
          controls: ratios(series['10,000, again'], series['10,000']),
        }),
        row({
          ...common,
          what: 'the same of 10',
          goal: 100,
          unit: 'ns',
          figures: series['10'],
          controls: ratios(series['10, again'], series['10']),
        }),
        row({
          ...common,
          what: 'for comparison: of 10,000 / of 10 (a scan: 1000; what is above 1 are cache misses)',
          unit: '×',
          figures: ratios(series['10,000'], series['10']),
          controls: [],
        }),
      ];
    }),
};
