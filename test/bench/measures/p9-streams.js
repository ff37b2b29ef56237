import { cpuNsDuring } from '../cpu.js';
import { absolutes, playRounds, ratioRow, row } from '../rounds.js';
import { ratios } from '../statistics.js';
import { eventDelay, openWebSockets } from '../streams.js';
import { EMULATOR, onStage, PIPE, PROXY, UPSTREAM } from '../subjects.js';

const EVERY_MS = 2;
const SOCKETS = 16;

/** How much later an event arrives, and what a WebSocket's message (there and back) costs the gateway. */
export const p9 = {
  id: 'P9',
  title: 'streams',
  run: ({ rounds, judging, scaled }) =>
    onStage(async (stage) => {
      const { ready } = await stage.start(UPSTREAM);
      const upstream = ready.port;
      const bare = await stage.start(PROXY, { upstream, agent: 'keep-alive' });
      const pipe = await stage.start(PIPE, { upstream });
      const emulator = await stage.start(EMULATOR, { upstream });

      const delay = (name, port) => ({
        name,
        run: () => eventDelay({ port, count: scaled(400), everyMs: EVERY_MS }),
      });
      const readers = [
        delay('direct', upstream),
        delay('fc-affinity', emulator.ready.port),
        delay('http-proxy', bare.ready.port),
        delay('TCP pipe', pipe.ready.port),
        delay('direct, again', upstream),
      ];
      await playRounds(readers, 1);
      const delays = await playRounds(readers, rounds);

      const messages = async (name, { pid, ready: own }) => {
        const sockets = await openWebSockets({ port: own.port, sockets: SOCKETS });
        stage.atEnd(() => sockets.close());
        await sockets.send(scaled(20_000));
        const count = scaled(15_000);
        return {
          name,
          async run() {
            await sockets.send(Math.ceil(count / 10));
            return (await cpuNsDuring(pid, () => sockets.send(count))) / count / 1000;
          },
        };
      };
      const costs = await playRounds(
        [
          await messages('http-proxy', bare),
          await messages('fc-affinity', emulator),
          await messages('http-proxy, again', bare),
        ],
        rounds,
      );
      const later = (name) => delays[name].map((ms, round) => ms - delays.direct[round]);
      const controls = ratios(delays['direct, again'], delays.direct);
      const events = { id: 'P9', unit: 'ms', controls, judging, absolute: absolutes(delays, 'ms') };
      return [
        row({
          ...events,
          what: 'SSE event later than direct (p50)',
          goal: 0.1,
          figures: later('fc-affinity'),
        }),
        row({ ...events, what: 'for comparison: the same through http-proxy', figures: later('http-proxy') }),
        row({
          ...events,
          what: 'for comparison: the same through a TCP pipe in Node (the floor)',
          figures: later('TCP pipe'),
        }),
        ratioRow({
          id: 'P9',
          what: 'WebSocket message, CPU / http-proxy',
          goal: 1.1,
          of: 'fc-affinity',
          to: 'http-proxy',
          control: 'http-proxy, again',
          unit: 'µs',
          series: costs,
          judging,
        }),
      ];
    }),
};
