import type { Clock } from '../model/clock.js';
import { FcError } from '../model/errors.js';
import { LATEST } from '../model/function.js';
import type { ControlPlane, ServedFunction } from '../model/services.js';

/** Where the handler names its instance: a response header, or the first group of a match in the start of the body. */
export type InstanceFrom = { readonly header: string } | { readonly body: RegExp };

export const DEFAULT_INSTANCE_FROM: InstanceFrom = { header: 'X-Instance' };

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What is checked, and what the caller knows about it. */
export interface VerifyTarget {
  /** The HTTP trigger. Requests go to exactly this path and query. */
  readonly url: string;
  /** The control API of the target, if it has one: an emulator in this process or in another. */
  readonly control?: ControlPlane;
  /** Default: the function that is served at `url`, else the first with affinity. */
  readonly functionName?: string;
  readonly qualifier?: string;
  /** `sessionConcurrencyPerInstance`, where no control API says it. */
  readonly sessionsPerInstance?: number;
  /** `sessionTTLInSeconds`, where no control API says it; default 21600. */
  readonly sessionTTLInSeconds?: number;
  /** `affinityHeaderFieldName`. Default: the function's. */
  readonly headerName?: string;
  readonly instanceFrom?: InstanceFrom;
  /** Whether the suites may advance the target's clock. Otherwise they wait. */
  readonly mayMoveClock?: boolean;
  /** Measures the steps and limits the requests. Default: the process clock. */
  readonly clock?: Clock;
  /** Aborts the run. The sessions that it made are still ended. */
  readonly signal?: AbortSignal;
}

/**
 * @param text of --instance-from: `header:NAME` or `body:REGEX`
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
 * Finds the function that the URL belongs to.
 * @throws FunctionNotFound when the control API serves no function
 */
export async function findServedFunction(
  control: ControlPlane,
  target: VerifyTarget,
): Promise<ServedFunction> {
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
