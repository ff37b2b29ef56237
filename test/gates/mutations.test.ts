import { expect, test } from 'vitest';
import type { RequestRecord } from '../../src/model/request-record.js';
import { startGateway } from '../support/gateway-fixture.js';
import { exchangeBytes, request } from '../support/raw-client.js';
import { startStrictUpstream } from '../support/strict-upstream.js';
import { mutant, mutantsFrom } from './mutate.js';

const MUTANTS = 14_400;
const LANES = 64;
const SEED = 20_261_122;
/** After so long without a byte, what was sent is taken to be the beginning of something. */
const IDLE_MS = 200;

test(`of ${MUTANTS} generated mutations the instance parses exactly what the gateway forwarded (G2, I20)`, async ({
  annotate,
}) => {
  const upstream = await startStrictUpstream();
  const { port, records, gateway } = await startGateway(upstream);
  const next = mutantsFrom(SEED);
  let sent = 0;

  await Promise.all(
    Array.from({ length: LANES }, async () => {
      while (sent < MUTANTS) {
        const token = `m${sent++}`;
        await exchangeBytes(port, `${mutant(token, next)}${behind(token)}`, { idleMs: IDLE_MS });
      }
    }),
  );
  while (gateway.inFlight > 0) await new Promise((resolve) => setImmediate(resolve));

  const forwarded = records.filter(({ attempts }) => attempts.length > 0);
  const answered = tally(forwarded.filter(({ status }) => status === 200).map(nameOf));
  // Who leaves early leaves it open whether the instance had read the whole request by then.
  const left = tally(forwarded.filter(({ outcome }) => outcome === 'client-closed').map(nameOf));
  const parsed = tally(upstream.requests.map(({ line }) => line.replace(/ HTTP.*/, '')));
  const mismatches = [...new Set([...answered.keys(), ...parsed.keys()])].filter((name) => {
    const least = answered.get(name) ?? 0;
    const seen = parsed.get(name) ?? 0;
    return seen < least || seen > least + (left.get(name) ?? 0);
  });
  await annotate(
    `${sent} connections, ${records.length} requests seen, ${forwarded.length} forwarded, ` +
      `${upstream.requests.length} parsed, ${forwarded.length - total(answered) - total(left)} cut off`,
  );
  expect(upstream.faults, `seed ${SEED}`).toEqual([]);
  expect(mismatches, `seed ${SEED}`).toEqual([]);
  expect(upstream.unfinished()).toEqual([]);
  // The generator must reach both sides of the gateway's judgement, or the counts prove nothing.
  expect(total(answered)).toBeGreaterThan(MUTANTS / 8);
  expect(records.length - forwarded.length).toBeGreaterThan(MUTANTS / 8);
  expect((await request(port, 'GET /alive HTTP/1.1\nHost: localhost')).status).toBe(200);
}, 120_000);

/** Ends what would wait for more, and is itself what a wrong end of the mutant would swallow. */
function behind(token: string): string {
  return `GET /${token}/behind HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
}

function nameOf({ method, target }: RequestRecord): string {
  return `${method} ${target}`;
}

function tally(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
