import type { Admission } from './admission.js';
import type { SessionAffinity } from './affinity.js';
import type { TriggerAuthType } from './function.js';

/** How a request came in: by an HTTP trigger, or by InvokeFunction. */
export type Entrance = 'trigger' | 'api';

/** Where a request goes, and by which rules. Resolved for each request, so that a function may change under a running listener. */
export interface Route {
  readonly functionName: string;
  readonly qualifier: string;
  readonly entrance: Entrance;
  /** Whether requests must be signed. */
  readonly authType: TriggerAuthType;
  /** Whether the trigger refuses every request. */
  readonly disableURLInternet: boolean;
  /** Those that the trigger lets in. */
  readonly methods: readonly string[];
  readonly affinity: SessionAffinity;
  readonly admission: Admission;
  /** How long an instance may take for a request. */
  readonly timeoutInSeconds: number;
  readonly maxBodyBytes: number;
  /** Names in lower case that carry a session ID; no Connection line may name them. */
  readonly sessionHeaders: readonly string[];
  /** Flat: the header lines that every request to the instance gets. */
  readonly requestLines: readonly string[];
  /** Flat: what every reply begins with. */
  readonly replyLines: readonly string[];
  /** Names in lower case that the function may not set in a reply. */
  readonly reservedReplyNames: Pick<ReadonlySet<string>, 'has'>;
  /** Whether replies are given to browsers as downloads, as on the default domain of Function Compute. */
  readonly forcesDownload: boolean;
}
