import type { Admission } from '../model/admission.js';
import type { SessionAffinity } from '../model/affinity.js';
import type { Clock } from '../model/clock.js';
import type { Emit } from '../model/events.js';
import { MAX_BODY_BYTES } from '../model/limits.js';
import type { RequestRules } from './check-request.js';
import { commonHeaders } from './common-headers.js';
import type { GatewayOptions } from './gateway.js';
import { HttpProxyUpstream } from './http-proxy-upstream.js';

/** What every request of one trigger meets. */
export interface Route {
  readonly qualifier: string;
  readonly rules: RequestRules;
  readonly affinity: SessionAffinity;
  readonly admission: Admission;
  readonly upstream: HttpProxyUpstream;
  readonly clock: Clock;
  readonly emit: Emit | undefined;
  readonly timeoutInSeconds: number;
  readonly maxBodyBytes: number;
  /** Flat: what every instance is told with every request. */
  readonly commonLines: readonly string[];
  /** In lower case: what the function may not set in a reply. */
  readonly repliesDropped: ReadonlySet<string>;
  /** Flat. */
  readonly repliesAdded: readonly string[];
  /** Whether connections are closed after the reply that is under way. */
  draining: boolean;
}

export function createRoute({
  trigger,
  config,
  admission,
  affinity,
  clock,
  hostVerdict,
  maxBodyBytes = MAX_BODY_BYTES,
  emit,
}: GatewayOptions): Route {
  const sessionHeader = config.sessionAffinityConfig.affinityHeaderFieldName;
  return {
    qualifier: trigger.qualifier,
    rules: {
      hostVerdict,
      maxBodyBytes,
      sessionHeaders: sessionHeader === undefined ? [] : [sessionHeader.toLowerCase()],
    },
    affinity,
    admission,
    upstream: new HttpProxyUpstream(clock),
    clock,
    emit,
    timeoutInSeconds: config.timeout,
    maxBodyBytes,
    commonLines: commonHeaders(trigger),
    repliesDropped: new Set(['date', 'server', ...(trigger.customDomain ? [] : ['content-disposition'])]),
    repliesAdded: [
      ...['Access-Control-Expose-Headers', 'Date,x-fc-request-id'],
      ...(trigger.customDomain ? [] : ['Content-Disposition', 'attachment']),
    ],
    draining: false,
  };
}
