import { HELLO, privateEnvironment, startServe, statusOf, timeOf } from '../program.js';
import { playRounds, ratioRow } from '../rounds.js';
import { onStage } from '../subjects.js';

/** From the start of `serve` to the end of its first reply, which waits for the first instance, against a node that does nothing. */
export const p8 = {
  id: 'P8',
  title: 'serve to its first reply',
  run: ({ rounds, judging }) =>
    onStage(async (stage) => {
      const { env, folder, remove } = privateEnvironment();
      stage.atEnd(remove);
      const times = judging ? 3 : 1;
      const mean = (name, once) => ({
        name,
        async run() {
          let sum = 0;
          for (let time = 0; time < times; time++) sum += await once();
          return sum / times;
        },
      });
      const bare = () => timeOf(['-e', '0'], env);
      const ready = new Map();
      const serve = async () => {
        const begun = performance.now();
        const served = await startServe(['--', process.execPath, HELLO], { env, folder });
        ready.set('ms', performance.now() - begun);
        const status = await statusOf(served.url);
        const took = performance.now() - begun;
        await served.stop();
        if (status !== 200) throw new Error(`the first reply is ${status}`);
        return took;
      };
      const contestants = [mean('bare node', bare), mean('serve', serve), mean('bare node, again', bare)];
      if (judging) await playRounds(contestants, 1);
      const readies = [];
      const last = contestants[1];
      const noting = {
        ...last,
        async run() {
          const took = await last.run();
          readies.push(ready.get('ms'));
          return took;
        },
      };
      const played = await playRounds([contestants[0], noting, contestants[2]], rounds);
      const series = { ...played, 'serve is ready': readies };
      const common = { id: 'P8', to: 'bare node', control: 'bare node, again', unit: 'ms', series, judging };
      return [
        ratioRow({ ...common, what: 'serve, start to first 200 / bare node', goal: 4, of: 'serve' }),
        ratioRow({
          ...common,
          what: 'for comparison: serve, start to its ready line / bare node',
          of: 'serve is ready',
        }),
      ];
    }),
};
