import { BIN, HELLO, privateEnvironment, startServe, statusOf, timeOf } from '../program.js';
import { playRounds, ratioRow } from '../rounds.js';
import { onStage } from '../subjects.js';

const COMMANDS = [
  { words: ['--version'], goal: 1.1 },
  { words: ['--help'], goal: 1.3 },
  { words: ['session', 'list'], goal: 2 },
];

/** How long short commands take, against a node that does nothing. */
export const p7 = {
  id: 'P7',
  title: 'short commands',
  run: ({ rounds, judging }) =>
    onStage(async (stage) => {
      const { env, folder, remove } = privateEnvironment();
      stage.atEnd(remove);
      const serve = await startServe(['--', process.execPath, HELLO], { env, folder });
      stage.atEnd(() => serve.stop());
      if ((await statusOf(serve.url)) !== 200) throw new Error('serve does not answer');

      const times = judging ? 5 : 1;
      const contestant = (name, words) => ({
        name,
        async run() {
          let sum = 0;
          for (let time = 0; time < times; time++) sum += await timeOf(words, env);
          return sum / times;
        },
      });
      const contestants = [
        contestant('bare node', ['-e', '0']),
        ...COMMANDS.map(({ words }) => contestant(words.join(' '), [BIN, ...words])),
        contestant('bare node, again', ['-e', '0']),
      ];
      if (judging) await playRounds(contestants, 1);
      const series = await playRounds(contestants, rounds);
      return COMMANDS.map(({ words, goal }) =>
        ratioRow({
          id: 'P7',
          what: `fc-affinity ${words.join(' ')} / bare node`,
          goal,
          of: words.join(' '),
          to: 'bare node',
          control: 'bare node, again',
          unit: 'ms',
          series,
          judging,
        }),
      );
    }),
};
