import { getRequest } from '../load.js';
import { startRival } from '../rivals.js';
import { playRounds, ratioRow } from '../rounds.js';
import { costOfRequest, EMULATOR, onStage, openSessions, PROXY, UPSTREAM } from '../subjects.js';

/** Short rounds, many of them, give both sides the same machine: with long rounds the ratio of a thing to itself was up to 1.2. */
const ROUNDS_IN_ONE = 4;

/** What a request of a known session costs the gateway, all checks on, against bare http-proxy with an agent that keeps connections. */
export const p1 = {
  id: 'P1',
  title: 'gateway CPU for a sticky request',
  run: ({ rounds, judging, scaled }) =>
    onStage(async (stage) => {
      const { ready } = await stage.start(UPSTREAM);
      const upstream = ready.port;
      const bare = await stage.start(PROXY, { upstream, agent: 'keep-alive' });
      const careless = await stage.start(PROXY, { upstream, agent: 'default' });
      const emulator = await stage.start(EMULATOR, { upstream });
      const haproxy = await startRival('haproxy', upstream, stage);
      const nginx = await startRival('nginx', upstream, stage);

      const contestant = async (name, subject, share = 1) => {
        const { pid, port } = subject;
        const crowd = stage.crowd({ port });
        const ids =
          pid === emulator.pid ? await openSessions(crowd) : ['5f0c7a52-1d3b-4c53-9c1b-0d6a5f6e7a81'];
        const write = (client) => getRequest(port, ids[client % ids.length]);
        await crowd.send(scaled(30_000 * share), write);
        return {
          name,
          run: () => costOfRequest({ pid, crowd, requests: scaled((10_000 * share) / ROUNDS_IN_ONE), write }),
        };
      };
      const node = (child) => ({ pid: child.pid, port: child.ready.port });
      const series = await playRounds(
        [
          await contestant('http-proxy, keep-alive', node(bare)),
          await contestant('fc-affinity', node(emulator)),
          await contestant('http-proxy, keep-alive, again', node(bare)),
          await contestant('http-proxy, default agent', node(careless), 0.2),
          ...(haproxy === undefined ? [] : [await contestant('HAProxy', haproxy)]),
          ...(nginx === undefined ? [] : [await contestant('nginx', nginx)]),
        ],
        rounds * ROUNDS_IN_ONE,
      );
      const to = 'http-proxy, keep-alive';
      const common = { id: 'P1', to, control: `${to}, again`, unit: 'µs', series, judging };
      return [
        ratioRow({
          ...common,
          what: 'sticky request / http-proxy with keep-alive agent',
          goal: 1.1,
          of: 'fc-affinity',
        }),
        ...Object.keys(series)
          .filter((name) => !name.startsWith(to) && name !== 'fc-affinity')
          .map((name) => ratioRow({ ...common, what: `for comparison: ${name} / the same`, of: name })),
      ];
    }),
};
