import { getRequest } from '../load.js';
import { playRounds, ratioRow } from '../rounds.js';
import { costOfRequest, EMULATOR, onStage, UPSTREAM } from '../subjects.js';

const FEW = 10;

/** What a request costs among very many live sessions, each of them asked for in turn, against ten. */
export const p3 = {
  id: 'P3',
  title: 'a request among many sessions',
  run: ({ rounds, judging, scaled, sessions }) =>
    onStage(async (stage) => {
      const { ready } = await stage.start(UPSTREAM);
      const contestant = async (name, count) => {
        const { pid, ready: own, ask } = await stage.start(EMULATOR, { upstream: ready.port });
        const ids = await ask('fill', count);
        const crowd = stage.crowd({ port: own.port });
        // A stride that meets every session, and never the next one's neighbour.
        let at = 0;
        const write = () => {
          at = (at + 7919) % ids.length;
          return getRequest(crowd.port, ids[at]);
        };
        await crowd.send(scaled(20_000), write);
        return { name, run: () => costOfRequest({ pid, crowd, requests: scaled(10_000), write }) };
      };
      const many = judging ? sessions : 1000;
      const series = await playRounds(
        [
          await contestant('few', FEW),
          await contestant('many', many),
          await contestant('few, in another process', FEW),
        ],
        rounds,
      );
      return [
        ratioRow({
          id: 'P3',
          what: `request among ${many.toLocaleString('en')} live sessions / among ${FEW}`,
          goal: 1.06,
          of: 'many',
          to: 'few',
          control: 'few, in another process',
          unit: 'µs',
          series,
          judging,
        }),
      ];
    }),
};
