import { ACCOUNT_ID, REGION } from '../model/account.js';
import type { Admission } from '../model/admission.js';
import type { SessionAffinity } from '../model/affinity.js';
import type { FunctionConfig, HttpTrigger } from '../model/function.js';
import { MAX_BODY_BYTES } from '../model/limits.js';
import type { Route } from '../model/route.js';

/** A handler that needs real credentials receives them by its environment. */
const PLACEHOLDER = 'fc-affinity-placeholder';

interface RouteOptions {
  readonly trigger: Pick<HttpTrigger, 'functionName' | 'qualifier' | 'methods' | 'customDomain'> &
    Partial<HttpTrigger>;
  readonly config: Pick<FunctionConfig, 'timeout' | 'sessionAffinityConfig'>;
  readonly admission: Admission;
  readonly affinity: SessionAffinity;
  readonly maxBodyBytes?: number | undefined;
}

export function createRoute({
  trigger,
  config,
  admission,
  affinity,
  maxBodyBytes = MAX_BODY_BYTES,
}: RouteOptions): Route {
  const { functionName, qualifier, methods, customDomain } = trigger;
  const { authType = 'anonymous', disableURLInternet = false } = trigger;
  const sessionHeader = config.sessionAffinityConfig.affinityHeaderFieldName;
  return {
    functionName,
    qualifier,
    authType,
    disableURLInternet,
    entrance: 'trigger',
    methods,
    affinity,
    admission,
    timeoutInSeconds: config.timeout,
    maxBodyBytes,
    sessionHeaders: sessionHeader === undefined ? [] : [sessionHeader.toLowerCase()],
    requestLines: commonLines(functionName, qualifier),
    replyLines: [
      ...['Access-Control-Expose-Headers', 'Date,x-fc-request-id'],
      ...(customDomain ? [] : ['Content-Disposition', 'attachment']),
    ],
    reservedReplyNames: new Set(['date', 'server', ...(customDomain ? [] : ['content-disposition'])]),
    forcesDownload: !customDomain,
  };
}

/** The lines that Function Compute adds to every request (spec §8.4), without the request's ID. Flat. */
function commonLines(functionName: string, qualifier: string): readonly string[] {
  return [
    ['x-fc-function-name', functionName],
    ['x-fc-qualifier', qualifier],
    ['x-fc-version-id', qualifier],
    ['x-fc-region', REGION],
    ['x-fc-account-id', ACCOUNT_ID],
    ['x-fc-control-path', '/http-invoke'],
    ['x-fc-function-handler', 'index.handler'],
    ['x-fc-function-memory', '512'],
    ['x-fc-access-key-id', PLACEHOLDER],
    ['x-fc-access-key-secret', PLACEHOLDER],
    ['x-fc-security-token', PLACEHOLDER],
  ].flat();
}
