import type { Clock } from '../model/clock.js';
import { FcError } from '../model/errors.js';
import { LATEST } from '../model/function.js';
import type { ControlPlane, ServedFunction } from '../model/services.js';

/** Where the handler says which instance it is: a response header, or the first group of a match in the body's start. */
export type InstanceFrom = { readonly header: string } | { readonly body: RegExp };

export const DEFAULT_INSTANCE_FROM: InstanceFrom = { header: 'X-Instance' };

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What is checked, and what its owner knows of it. */
export interface VerifyTarget {
  /** The HTTP trigger; requests go to exactly this path and query. */
  readonly url: string;
  /** The Session API and the instances beside it, where there is one: an emulator of another process, or one in this. */
  readonly control?: ControlPlane;
  /** Default: the function that is served at `url`, else the first with affinity. */
  readonly functionName?: string;
  readonly qualifier?: string;
  /** `sessionConcurrencyPerInstance`, where no control API tells it. */
  readonly sessionsPerInstance?: number;
  /** `sessionTTLInSeconds`, where no control API tells it; 21600 when left out. */
  readonly sessionTTLInSeconds?: number;
  /** `affinityHeaderFieldName`, where it is not to be read from the function. */
  readonly headerName?: string;
  readonly instanceFrom?: InstanceFrom;
  /** The target is the caller's own, so that its clock may be advanced; otherwise suites wait for what has to pass. */
  readonly mayMoveClock?: boolean;
  /** Measures the steps and limits the requests; the process clock by default. */
  readonly clock?: Clock;
  /** Ends the run early; sessions that were made are still ended. */
  readonly signal?: AbortSignal;
}

/**
 * @param text `header:NAME` or `body:REGEX`
 * @throws InvalidArgument
 */
export function parseInstanceFrom(text: string): InstanceFrom {
  const [, kind, value = ''] = /^(header|body):(.+)$/s.exec(text) ?? [];
  if (kind === 'header' && HEADER_NAME.test(value)) return { header: value };
  if (kind === 'body') {
    try {
      return { body: new RegExp(value) };
    } catch (cause) {
      const expected = 'body: takes a regular expression';
      throw new FcError('InvalidArgument', `${expected}, got ${JSON.stringify(value)}`, { cause });
    }
  }
  throw new FcError(
    'InvalidArgument',
    `where the instance is named is header:NAME or body:REGEX, got ${JSON.stringify(text)}`,
  );
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
 * @throws FunctionNotFound when the control API serves none that could be meant
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
