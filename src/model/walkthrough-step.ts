/** One of the four documented requests, sent and judged by the code of `verify`. */
export interface WalkthroughStep {
  /** Names the run that it belongs to. */
  readonly runId: string;
  readonly functionName: string;
  readonly qualifier: string;
  /** 1 to 4. */
  readonly n: number;
  readonly title: string;
  /** Header lines as `name: value`. Absent where nothing was sent. */
  readonly request?: {
    readonly method: string;
    readonly url: string;
    readonly headers: readonly string[];
  };
  readonly response?: {
    readonly status: number;
    readonly headers: readonly string[];
    /** At most 500 characters. */
    readonly bodyStart: string;
  };
  /** Of the check that the step is about: where the request goes. */
  readonly expected: string;
  readonly seen: string;
  /** Whether no check failed and one passed. */
  readonly ok: boolean;
  /** Each check of the request, as `verify -o json` shows it. */
  readonly checks: readonly WalkthroughCheck[];
  /** Whether this was the last request. */
  readonly last: boolean;
}

export interface WalkthroughCheck {
  readonly id: string;
  readonly title: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly expected: string;
  readonly actual: string;
  readonly source: string;
  readonly durationMs: number;
  /** Why it was skipped. */
  readonly reason?: string;
}

/** Which walkthrough, and how far. */
export interface WalkthroughInput {
  /** Default: the first function with GENERATED_COOKIE. */
  readonly functionName?: string | undefined;
  readonly qualifier?: string | undefined;
  /** Goes on with that run. Without it a new run begins, and the one before it ends. */
  readonly runId?: string | undefined;
  /** Sends all requests that are left, not only the next one. */
  readonly all?: boolean | undefined;
}

export interface WalkthroughProgress {
  readonly runId: string;
  /** The requests that were sent by this call. */
  readonly steps: readonly WalkthroughStep[];
  /** The request that comes next; null when none is left. */
  readonly next: number | null;
}
