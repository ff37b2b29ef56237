import type { Admission } from '../model/admission.js';
import type { SessionAffinity } from '../model/affinity.js';
import type { Clock } from '../model/clock.js';
import { MAX_BODY_BYTES } from '../model/limits.js';
import type { RequestRules } from './check-request.js';
import { commonHeaders } from './common-headers.js';
import type { GatewayOptions } from './gateway.js';
import { Link } from './link.js';

/** What every request of one trigger meets. */
export interface Door {
  readonly qualifier: string;
  readonly rules: RequestRules;
  readonly affinity: SessionAffinity;
  readonly admission: Admission;
  readonly link: Link;
  readonly clock: Clock;
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

export function createDoor({
  trigger,
  config,
  admission,
  affinity,
  clock,
  hostVerdict,
  maxBodyBytes = MAX_BODY_BYTES,
}: GatewayOptions): Door {
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
    link: new Link(clock),
    clock,
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
