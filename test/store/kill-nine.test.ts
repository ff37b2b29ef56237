import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StoredSession } from '../../src/model/session-store.js';
import { open, temporaryFolder } from './kept-sessions.js';
import { startWriter } from './start-writer.js';

const LANES = 4;
const KILLS_A_LANE = 25;

/** Sessions by their order: which change saved them, and which touched them since. */
type State = Map<number, { readonly savedBy: number; readonly touchedBy?: number }>;

/** Does what the writer does. */
function make(change: number, state: State): void {
  const order = change % 50;
  const session = state.get(order);
  if (change % 5 === 0) state.delete(order);
  else if (change % 3 !== 0) state.set(order, { savedBy: change });
  else if (session !== undefined) state.set(order, { ...session, touchedBy: change });
}

function stateOf(sessions: Iterable<StoredSession>): State {
  return new Map(
    [...sessions].map(({ order, containerId, used, lastUsedAt }) => {
      const savedBy = Number(containerId.slice('c-'.length));
      return [order, used ? { savedBy, touchedBy: lastUsedAt - 0.5 } : { savedBy }];
    }),
  );
}

function sorted(state: State): string {
  return JSON.stringify([...state].sort(([one], [other]) => one - other));
}

test('G19, F-09: 100 kill -9 during writes, compaction included: every journal parses and holds every change that was reported', async () => {
  let told = 0;
  const lane = async (number: number): Promise<void> => {
    const directory = join(temporaryFolder(), 'state');
    let expected: State = new Map();
    let first = 1;
    for (let kill = 0; kill < KILLS_A_LANE; kill++) {
      // Every other writer compacts as often as it can, so that kills fall into that too.
      const compactFromBytes = kill % 2 === 0 ? 1 : 1024 * 1024;
      const writer = await startWriter(directory, { first, compactFromBytes });
      expect(writer.answer).toBe('opened');
      const said = await writer.killAfter(2 + ((kill * 37 + number * 11) % 400));
      expect(said).toEqual(Array.from({ length: said.length }, (_, index) => String(first + index)));
      told += said.length;
      for (const change of said) make(Number(change), expected);
      first += said.length;

      const { state, warnings } = open(directory);
      const kept = stateOf(state.storeOf('hello').all());
      state.close();
      expect(warnings).toEqual([]);
      if (sorted(kept) !== sorted(expected)) {
        // One change may have been made and not told any more.
        make(first++, expected);
        expect(sorted(kept)).toBe(sorted(expected));
      }
      expected = kept;
    }
    expect(readdirSync(directory)).toEqual(['journal']);
  };
  await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)));
  expect(told).toBeGreaterThan(LANES * KILLS_A_LANE * 100);
}, 300_000);
