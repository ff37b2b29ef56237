import { getRequest } from '../load.js';
import { startRival } from '../rivals.js';
import { playRounds, ratioRow } from '../rounds.js';
import { costOfRequest, EMULATOR, onStage, openSessions, PROXY, UPSTREAM } from '../subjects.js';

/** One process differs from another of the same build by up to 0.2, for as long as it runs: so several of each take part. */
const GROUPS = 3;
/** Until then the compiler of V8 still replaces code. */
const WARM_UP = 100_000;
/** Many short turns give both sides the same machine: with long ones the ratio of a thing to itself was up to 1.2. */
const TURNS = 16;

/** What a request of a known session costs the gateway, all checks on, against bare http-proxy with an agent that keeps connections. */
export const p1 = {
  id: 'P1',
  title: 'gateway CPU for a sticky request',
  run: async ({ rounds, judging, scaled }) => {
    const series = {};
    for (let group = 0; group < GROUPS; group++) {
      const played = await onStage((stage) =>
        playGroup(stage, { rounds: Math.ceil(rounds / GROUPS), scaled }),
      );
      for (const [name, figures] of Object.entries(played))
        series[name] = [...(series[name] ?? []), ...joined(figures)];
    }
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
  },
};

/** The mean of the turns of each round. */
function joined(figures) {
  return Array.from({ length: figures.length / TURNS }, (_, round) => {
    const those = figures.slice(round * TURNS, (round + 1) * TURNS);
    return those.reduce((sum, figure) => sum + figure, 0) / those.length;
  });
}

/** One process of each contestant. */
async function playGroup(stage, { rounds, scaled }) {
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
    const ids = pid === emulator.pid ? await openSessions(crowd) : ['5f0c7a52-1d3b-4c53-9c1b-0d6a5f6e7a81'];
    const write = (client) => getRequest(port, ids[client % ids.length]);
    await crowd.send(scaled(WARM_UP * share), write);
    return {
      name,
      run: () => costOfRequest({ pid, crowd, requests: scaled((20_000 * share) / TURNS), write }),
    };
  };
  const node = (child) => ({ pid: child.pid, port: child.ready.port });
  return playRounds(
    [
      await contestant('http-proxy, keep-alive', node(bare)),
      await contestant('fc-affinity', node(emulator)),
      await contestant('http-proxy, keep-alive, again', node(bare)),
      await contestant('http-proxy, default agent', node(careless), 0.2),
      ...(haproxy === undefined ? [] : [await contestant('HAProxy', haproxy)]),
      ...(nginx === undefined ? [] : [await contestant('nginx', nginx)]),
    ],
    rounds * TURNS,
  );
}
