import type { SessionState, Snapshot } from '../model/console-events.js';
import type { LiveState } from '../model/live-state.js';

/** The most instances, and the most sessions, in one chunk. */
const CHUNK = 1000;

/**
 * The current instances and sessions. Each chunk is made when the reader takes it. Later changes come as events.
 * @param seq the number of the last event before the snapshot
 */
export function* snapshotChunks(live: LiveState, seq: number): Generator<Snapshot> {
  const instances = live.instances();
  const sessions = live.sessions()[Symbol.iterator]();
  let session = sessions.next();
  let first = true;
  for (let at = 0; first || at < instances.length || !session.done; at += CHUNK) {
    const some: SessionState[] = [];
    for (; !session.done && some.length < CHUNK; session = sessions.next()) some.push(session.value);
    const done = session.done === true && at + CHUNK >= instances.length;
    yield { type: 'snapshot', seq, first, done, instances: instances.slice(at, at + CHUNK), sessions: some };
    first = false;
  }
}
