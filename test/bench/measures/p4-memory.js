import { row } from '../rounds.js';
import { ratios } from '../statistics.js';
import { onStage } from '../subjects.js';

const SESSIONS = new URL('../children/sessions.js', import.meta.url);
const MOST_ROUNDS = 5;

/** What a live session weighs, and whether anybody waits while all of them end. Every figure comes from a fresh process. */
export const p4 = {
  id: 'P4',
  title: 'memory of a session, and their end',
  async run({ rounds, judging, sessions }) {
    const count = judging ? sessions : 2000;
    const sizes = [];
    const controls = [];
    const advances = [];
    const leaps = [];
    for (let round = 0; round < Math.min(rounds, MOST_ROUNDS); round++) {
      sizes.push(await ask('live', count));
      controls.push(await ask('live', count));
      advances.push(await ask('advance', count));
      leaps.push(await ask('leap', count));
    }
    const bytes = sizes.map((one) => one.bytes);
    const expiring = sizes.map((one) => one.expiring);
    const many = count.toLocaleString('en');
    const common = { id: 'P4', judging };
    return [
      row({
        ...common,
        what: `memory of a session beyond its ID (${many} live)`,
        goal: 200,
        unit: 'B',
        figures: bytes,
        controls: ratios(
          controls.map((one) => one.bytes),
          bytes,
        ),
      }),
      row({
        ...common,
        what: `longest event-loop stall while ${many} expire at once`,
        goal: 20,
        unit: 'ms',
        figures: expiring,
        controls: ratios(
          controls.map((one) => one.expiring),
          expiring,
        ),
      }),
      row({
        ...common,
        what: 'for comparison: longest stall while their records are forgotten',
        unit: 'ms',
        figures: sizes.map((one) => one.forgetting),
        controls: [],
      }),
      row({
        ...common,
        what: 'for comparison: longest stall when they expired hours ago (a machine that slept)',
        unit: 'ms',
        figures: leaps,
        controls: [],
      }),
      row({
        ...common,
        what: 'for comparison: longest stall when `clock advance` ends them all',
        unit: 'ms',
        figures: advances,
        controls: [],
      }),
    ];
  },
};

function ask(question, count) {
  return onStage(async (stage) => {
    const child = await stage.start(SESSIONS, {}, { execArgv: ['--expose-gc'] });
    return child.ask(question, count);
  });
}
