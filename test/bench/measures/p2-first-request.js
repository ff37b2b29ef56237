import { getRequest } from '../load.js';
import { playRounds, ratioRow } from '../rounds.js';
import { costOfRequest, EMULATOR, onStage, openSessions, UPSTREAM } from '../subjects.js';

const FC_PLACES = 200;

/**
 * What a request costs that opens a session. Judged where all sessions share an instance; beside it, with 200 slots an instance, where
 * each 200 sessions also open the connections to a new instance.
 */
export const p2 = {
  id: 'P2',
  title: 'gateway CPU for a first request',
  run: ({ rounds, judging, scaled }) =>
    onStage(async (stage) => {
      const { ready } = await stage.start(UPSTREAM);
      const upstream = ready.port;
      const contestants = async (places) => {
        const { pid, ready: own } = await stage.start(EMULATOR, { upstream, places });
        const crowd = stage.crowd({ port: own.port });
        const ids = await openSessions(crowd);
        const sticky = (client) => getRequest(crowd.port, ids[client]);
        const first = () => getRequest(crowd.port);
        await crowd.send(scaled(15_000), sticky);
        await crowd.send(scaled(15_000), first);
        const requests = scaled(8000);
        return [sticky, first, sticky].map((write) => () => costOfRequest({ pid, crowd, requests, write }));
      };
      const [sticky, first, again] = await contestants(1_000_000);
      const [stickyFew, firstFew, againFew] = await contestants(FC_PLACES);
      const series = await playRounds(
        [
          { name: 'sticky', run: sticky },
          { name: 'first', run: first },
          { name: 'sticky, again', run: again },
          { name: 'sticky, 200 slots', run: stickyFew },
          { name: 'first, 200 slots', run: firstFew },
          { name: 'sticky, 200 slots, again', run: againFew },
        ],
        rounds,
      );
      const common = { id: 'P2', unit: 'µs', series, judging };
      return [
        ratioRow({
          ...common,
          what: 'first request (session opened) / sticky request',
          goal: 1.5,
          of: 'first',
          to: 'sticky',
          control: 'sticky, again',
        }),
        ratioRow({
          ...common,
          what: 'for comparison: the same, an instance each 200 sessions',
          of: 'first, 200 slots',
          to: 'sticky, 200 slots',
          control: 'sticky, 200 slots, again',
        }),
      ];
    }),
};
