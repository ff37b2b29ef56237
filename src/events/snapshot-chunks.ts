import type { SessionState, Snapshot } from '../model/console-events.js';
import type { LiveState } from '../model/live-state.js';

/** Instances, and sessions, of one chunk. */
const CHUNK = 1000;

/**
 * The instances and sessions as they are. Chunks are made as fast as the reader takes them: what happens meanwhile comes as events.
 * @param seq of the last event before it
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
