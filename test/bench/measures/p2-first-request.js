import { getRequest } from '../load.js';
import { playRounds, ratioRow } from '../rounds.js';
import { costOfRequest, EMULATOR, onStage, openSessions, UPSTREAM } from '../subjects.js';

/** What a request costs that opens a session. Each 200 sessions also open a new instance, with connections of its own. */
export const p2 = {
  id: 'P2',
  title: 'gateway CPU for a first request',
  run: ({ rounds, judging, scaled }) =>
    onStage(async (stage) => {
      const { ready } = await stage.start(UPSTREAM);
      const upstream = ready.port;
      const { pid, ready: own } = await stage.start(EMULATOR, { upstream });
      const crowd = stage.crowd({ port: own.port });
      const ids = await openSessions(crowd);
      const sticky = (client) => getRequest(crowd.port, ids[client]);
      const first = () => getRequest(crowd.port);
      await crowd.send(scaled(15_000), sticky);
      await crowd.send(scaled(15_000), first);
      const requests = scaled(8000);
      const run = (write) => () => costOfRequest({ pid, crowd, requests, write });
      const series = await playRounds(
        [
          { name: 'sticky', run: run(sticky) },
          { name: 'first', run: run(first) },
          { name: 'sticky, again', run: run(sticky) },
        ],
        rounds,
      );
      return [
        ratioRow({
          id: 'P2',
          unit: 'µs',
          series,
          judging,
          what: 'first request (session opened, an instance each 200) / sticky request',
          goal: 1.5,
          of: 'first',
          to: 'sticky',
          control: 'sticky, again',
        }),
      ];
    }),
};
