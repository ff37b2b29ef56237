import { OpenConnections } from './open-connections.js';
import { rawOf } from './raw.js';
import { streamsOf } from './streams.js';
import { visitsOf } from './visits.js';

/** Ways to use a function, each telling the oracle what came of it. */
export function clientOf({ url, oracle }) {
  const { port } = new URL(url);
  const connections = new OpenConnections(oracle);
  const { visit, close } = visitsOf({ port, oracle });
  return {
    visit,
    close,
    connections,
    ...streamsOf({ port, oracle, connections }),
    ...rawOf({ port, oracle }),
  };
}
