import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { type ApiOptions, createApi } from '../../src/api/create-api.js';
import { EventStream } from '../../src/events/event-stream.js';
import { createHostRule } from '../../src/model/host-rule.js';
import { MemoryControlPlane } from './memory-control-plane.js';

export interface ServedApi {
  readonly control: MemoryControlPlane;
  readonly server: Server;
  readonly port: number;
  readonly host: string;
  readonly defects: unknown[];
  /** How many connections are open. */
  connections(): Promise<number>;
  stop(): Promise<void>;
}

/** The control plane over a memory, listening on a free port. */
export async function serveApi(
  options: Partial<ApiOptions> & { readonly names?: readonly string[] } = {},
): Promise<ServedApi> {
  const control = new MemoryControlPlane();
  const defects: unknown[] = [];
  const api = createApi({
    control,
    ids: control.ids,
    sessionClock: control.clockMoved,
    hostVerdict: createHostRule(options.names ?? []),
    events: new EventStream({
      feed: control.events,
      live: control.live,
      clock: options.clock ?? control.clockMoved,
      describe: () => ({
        version: '0.1.0',
        now: control.clockMoved.now(),
        realNow: 0,
        clock: { offsetMs: 0, frozen: true },
      }),
    }),
    onError: (error) => defects.push(error),
    ...options,
  });
  api.server.listen(0, '127.0.0.1');
  await once(api.server, 'listening');
  const { port } = api.server.address() as AddressInfo;
  return {
    control,
    server: api.server,
    port,
    host: `127.0.0.1:${port}`,
    defects,
    connections: promisify(api.server.getConnections.bind(api.server)),
    async stop() {
      const closed = once(api.server, 'close');
      api.closeNow();
      await closed;
    },
  };
}
