import type { AccessKey } from '../model/access-key.js';
import type { Clock } from '../model/clock.js';
import type { FcError } from '../model/errors.js';
import type { Emit } from '../model/events.js';
import type { Handle } from '../model/exchange.js';
import type { HostVerdict } from '../model/host-rule.js';
import type { Ids } from '../model/ids.js';
import type { RequestRecord } from '../model/request-record.js';
import type { Route } from '../model/route.js';
import { ApiEntrance } from './api-entrance.js';
import { createHandle } from './handle.js';
import { HttpProxyUpstream } from './http-proxy-upstream.js';
import { Listener } from './listener.js';
import { createRecorder } from './request-trail.js';

export interface GatewayOptions {
  /** The process clock. */
  readonly clock: Clock;
  /** The session clock: the time that records show. */
  readonly sessionClock: Pick<Clock, 'now'>;
  readonly ids: Pick<Ids, 'requestId'>;
  readonly hostVerdict: (host: string) => HostVerdict;
  /** Signs requests to triggers of `authType` function; without it any signature in the right form is accepted (spec U50). */
  readonly accessKey?: AccessKey | undefined;
  /** Called once for each request, also for refused requests and for requests that cannot be parsed. */
  onRecord(record: RequestRecord): void;
  /** Told when a request begins and when an instance takes it. */
  readonly emit?: Emit;
}

/** The data plane: one way to the instances, and a listener for each HTTP trigger. */
export interface Gateway {
  /** Serves a request that has passed the checks. */
  readonly handle: Handle;
  /** @param routeOf asked at each request, so that a function may change or be removed under the listener */
  createListener(routeOf: () => Route | FcError | undefined): Listener;
  /** The entrance of InvokeFunction. */
  readonly apiEntrance: ApiEntrance;
  /** Closes the connections to the instances. The owner of each listener closes the listener. */
  close(): void;
}

export function createGateway({ ids, hostVerdict, accessKey, ...recording }: GatewayOptions): Gateway {
  const { clock } = recording;
  const upstream = new HttpProxyUpstream(clock);
  const beginTrail = createRecorder(recording);
  const handle = createHandle({ clock, upstream, beginTrail });
  return {
    handle,
    apiEntrance: new ApiEntrance({ handle, beginTrail }),
    createListener: (routeOf) =>
      new Listener({ routeOf, handle, beginTrail, clock, ids, hostVerdict, accessKey }),
    close: () => upstream.destroy(),
  };
}
