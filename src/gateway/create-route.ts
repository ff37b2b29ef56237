import type { Admission } from '../model/admission.js';
import type { SessionAffinity } from '../model/affinity.js';
import { commonHeaders } from '../model/common-headers.js';
import type { FunctionConfig, HttpTrigger } from '../model/function.js';
import { MAX_BODY_BYTES } from '../model/limits.js';
import type { Route } from '../model/route.js';

interface RouteOptions {
  readonly trigger: Pick<HttpTrigger, 'functionName' | 'qualifier' | 'methods' | 'customDomain'> &
    Partial<HttpTrigger>;
  readonly config: FunctionConfig;
  /** Of the revision; `0`, the default, is LATEST. */
  readonly versionId?: string;
  readonly admission: Admission;
  readonly affinity: SessionAffinity;
  readonly maxBodyBytes?: number | undefined;
}

export function createRoute({
  trigger,
  config,
  versionId = '0',
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
    requestLines: commonHeaders({ config, qualifier, versionId, controlPath: '/http-invoke' }),
    replyLines: [
      ...['Access-Control-Expose-Headers', 'Date,x-fc-request-id'],
      ...(customDomain ? [] : ['Content-Disposition', 'attachment']),
    ],
    reservedReplyNames: new Set(['date', 'server', ...(customDomain ? [] : ['content-disposition'])]),
    forcesDownload: !customDomain,
  };
}
