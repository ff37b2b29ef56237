import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { startGateway, startUpstream } from '../support/gateway-fixture.js';

/** F-10 asks for 10,000, which takes half a minute: FC_AFFINITY_ABORTS=10000. */
const ABORTS = Number(process.env.FC_AFFINITY_ABORTS ?? 600);
const AT_ONCE = 20;
const BODY = 'x'.repeat(400);
/** The goal of F-10 for all but a FIN in the reply, told by every run and judged only where the machine does nothing else: FC_AFFINITY_TIMED=1. */
const NOTICED_WITHIN_MS = 50;
const WAITING = { timeout: 20_000, interval: 5 };

const PLACES = ['in the head', 'in the upload', 'before the reply', 'in the reply'] as const;

/** A request on the instance, which answers only where a reply is to be left. */
interface Arrival {
  readonly at: Promise<void>;
  readonly closedAt: Promise<number>;
}

test(
  `${ABORTS} clients that leave at any byte of request and reply are let go of, each once and soon (F-10, I11, I26)`,
  async ({ annotate }) => {
    let open = 0;
    const arrivals = new Map<string, { arrive: () => void; close: (at: number) => void }>();
    const upstream = await startUpstream((incoming, response) => {
      open += 1;
      const arrival = arrivals.get(incoming.url ?? '');
      incoming.on('error', () => {});
      incoming.resume();
      response.on('close', () => {
        open -= 1;
        arrival?.close(performance.now());
      });
      if (incoming.url?.startsWith('/reply/')) response.write(BODY);
      arrival?.arrive();
    });
    const { port, admission, gateway, records } = await startGateway(upstream);
    const awaitArrival = (path: string): Arrival => {
      let arrive = (): void => {};
      let close = (_: number): void => {};
      const at = new Promise<void>((resolve) => {
        arrive = resolve;
      });
      const closedAt = new Promise<number>((resolve) => {
        close = resolve;
      });
      arrivals.set(path, { arrive, close });
      return { at, closedAt };
    };
    const descriptors = (): number => readdirSync('/proc/self/fd').length;
    const base = descriptors();
    const delays: number[] = [];
    const slowDelays: number[] = [];
    let mostDescriptors = 0;

    const abortOne = async (n: number): Promise<void> => {
      const place = PLACES[n % PLACES.length];
      const path = place === 'in the reply' ? `/reply/${n}` : `/held/${n}`;
      const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${BODY.length}\r\n\r\n`;
      const arrival = awaitArrival(path);
      const client = connect(port, '127.0.0.1').on('error', () => {});
      if (place === 'in the head') {
        await send(client, head.slice(0, (n * 7) % head.length));
      } else if (place === 'in the upload') {
        await send(client, head + BODY.slice(0, (n * 7) % BODY.length));
        if (n % 8 < 4) await arrival.at;
      } else {
        await send(client, head + BODY);
        await arrival.at;
        if (place === 'in the reply') await heard(client, (n * 7) % BODY.length);
      }
      if (n % 50 === 0) mostDescriptors = Math.max(mostDescriptors, descriptors());
      const leftAt = performance.now();
      const byReset = Math.floor(n / PLACES.length) % 2 === 1;
      if (byReset) client.resetAndDestroy();
      else client.destroy();
      void arrival.closedAt.then((at) => {
        arrivals.delete(path);
        // After a mere FIN in its reply a client may still read: that takes a second of silence.
        if (place === 'in the reply') (byReset ? delays : slowDelays).push(at - leftAt);
        else if (place === 'before the reply') delays.push(at - leftAt);
      });
    };

    const startedAt = performance.now();
    let next = 0;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (next < ABORTS) await abortOne(next++);
      }),
    );
    await vi.waitFor(() => expect([gateway.inFlight, admission.staying, open]).toEqual([0, 0, 0]), WAITING);
    const tookMs = performance.now() - startedAt;
    await vi.waitFor(() => expect(descriptors()).toBeLessThanOrEqual(base + 5), WAITING);

    delays.sort((a, b) => a - b);
    const p99 = delays[Math.ceil(delays.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY;
    await annotate(
      `${ABORTS} aborts in ${(tookMs / 1000).toFixed(1)} s, ${admission.assignments.length} of them admitted; the instance's request ended after ` +
        `${delays[delays.length >> 1]?.toFixed(1)} ms (median), ${p99.toFixed(1)} ms (p99), ${delays.at(-1)?.toFixed(1)} ms (longest) of ${delays.length}; ` +
        `descriptors ${base}, at most ${mostDescriptors}, then ${descriptors()}`,
    );
    expect(delays).toHaveLength((ABORTS * 3) / 8);
    expect(slowDelays).toHaveLength(ABORTS / 8);
    expect(admission.assignments.length).toBeGreaterThanOrEqual(ABORTS / 2);
    expect(admission.assignments.filter(({ left }) => left.length !== 1)).toEqual([]);
    // Half a head is answered by 400, should anybody still listen.
    const admitted = records.filter(({ attempts }) => attempts.length > 0);
    expect(new Set(admitted.map(({ outcome }) => outcome))).toEqual(new Set(['client-closed']));
    if (process.env.FC_AFFINITY_TIMED !== undefined) expect(p99).toBeLessThanOrEqual(NOTICED_WITHIN_MS);
  },
  60_000 + 10 * ABORTS,
);

function send(client: Socket, bytes: string): Promise<void> {
  return new Promise((resolve) => client.write(bytes, () => resolve()));
}

/** @returns when that many bytes of a body have come, and perhaps more */
function heard(client: Socket, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    let text = '';
    client.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const body = text.indexOf('\r\n\r\n');
      if (body >= 0 && text.length - body - 4 >= bytes) resolve();
    });
  });
}
