import type { Clock } from '../model/clock.js';
import { FcError } from '../model/errors.js';
import type { FunctionConfig } from '../model/function.js';
import { LATEST } from '../model/function.js';
import type { InstanceInfo } from '../model/instance.js';
import type { ClockService, FunctionRef, RequestLog, SessionService } from '../model/services.js';

/** The place where the handler names its instance: a response header, or the first group of an expression that matches the start of the body. */
export type InstanceFrom = { readonly header: string } | { readonly body: RegExp };

export const DEFAULT_INSTANCE_FROM: InstanceFrom = { header: 'X-Instance' };

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The part of a control API that the suites use. An emulator has all of it. Function Compute has no clock and no request records. */
export interface TargetApi {
  readonly sessions: SessionService;
  readonly functions: {
    list(): Promise<readonly TargetFunction[]>;
    get(ref: FunctionRef): Promise<TargetFunction>;
  };
  readonly instances: { list(ref: FunctionRef): Promise<readonly TargetInstance[]> };
  readonly clock?: ClockService;
  readonly requests?: Pick<RequestLog, 'get'>;
}

export interface TargetFunction {
  readonly config: Pick<
    FunctionConfig,
    'functionName' | 'sessionAffinity' | 'sessionAffinityConfig' | 'instanceIsolationMode'
  > & { readonly maxInstances?: number };
  readonly url?: string | undefined;
}

export interface TargetInstance extends Pick<InstanceInfo, 'instanceId' | 'createdTimeMs' | 'sessions'> {
  readonly status: string;
  /** Requests in flight; undefined when the control API does not count them. */
  readonly inFlight?: number;
}

/** The target, and the caller's knowledge of it. */
export interface VerifyTarget {
  /** The HTTP trigger. Requests go to exactly this path and query. */
  readonly url: string;
  /** The control API of the target, if there is one: an emulator's or Function Compute's. */
  readonly control?: TargetApi;
  /** Default: the function with this URL, or else the first function with affinity. */
  readonly functionName?: string;
  readonly qualifier?: string;
  /** `sessionConcurrencyPerInstance`, for a target without a control API. */
  readonly sessionsPerInstance?: number;
  /** `sessionTTLInSeconds`, for a target without a control API. Default: 21600. */
  readonly sessionTTLInSeconds?: number;
  /** `affinityHeaderFieldName`. Default: the function's. */
  readonly headerName?: string;
  readonly instanceFrom?: InstanceFrom;
  /** Another function of the target, with the other isolation mode. */
  readonly otherIsolation?: { readonly url: string; readonly functionName: string };
  /** Another function of the target, whose handler sets cookies and opens WebSockets on request. */
  readonly obligingFunction?: { readonly url: string; readonly functionName: string };
  /** A note about the target for readers of the report. */
  readonly note?: string;
  /** Whether the suites may advance the target's clock. Otherwise they wait. */
  readonly mayMoveClock?: boolean;
  /** Whether the suites may wait for minutes when they may not advance the clock. Otherwise they wait for seconds at most. */
  readonly patient?: boolean;
  /** Called about every second while a suite waits. */
  readonly onWait?: (waited: { readonly seconds: number; readonly ofSeconds: number }) => void;
  /** The clock for the duration of steps and the time limit of requests. Default: the process clock. */
  readonly clock?: Clock;
  /** Aborts the run. Its sessions are still deleted. */
  readonly signal?: AbortSignal;
}

/**
 * @param text the value of --instance-from: `header:NAME` or `body:REGEX`
 * @throws InvalidArgument
 */
export function parseInstanceFrom(text: string): InstanceFrom {
  const [, kind, value = ''] = /^(header|body):(.+)$/s.exec(text) ?? [];
  if (kind === 'header' && HEADER_NAME.test(value)) return { header: value };
  if (kind === 'body') {
    try {
      return { body: new RegExp(value) };
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : 'not a regular expression';
      throw new FcError('InvalidArgument', `--instance-from: ${message}`, { cause });
    }
  }
  const got = JSON.stringify(text);
  throw new FcError('InvalidArgument', `--instance-from is header:NAME or body:REGEX, got ${got}`);
}

/** @throws InvalidArgument */
export function parseTargetUrl(text: string): URL {
  if (URL.canParse(text)) {
    const url = new URL(text);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  }
  throw new FcError(
    'InvalidArgument',
    `a target is a URL that begins with http:// or https://, got ${JSON.stringify(text)}`,
  );
}

/**
 * Finds the function of the target's URL.
 * @throws FunctionNotFound when the control API serves no function
 */
export async function findServedFunction(control: TargetApi, target: VerifyTarget): Promise<TargetFunction> {
  const { functionName, qualifier = LATEST } = target;
  if (functionName !== undefined) return control.functions.get({ functionName, qualifier });
  const served = await control.functions.list();
  const { host } = parseTargetUrl(target.url);
  const found =
    served.find(({ url }) => url !== undefined && URL.canParse(url) && new URL(url).host === host) ??
    served.find(({ config }) => config.sessionAffinity !== 'NONE') ??
    served[0];
  if (found === undefined) throw new FcError('FunctionNotFound', 'the control API serves no function');
  return found;
}
