import { ACCOUNT_ID, REGION } from '../model/account.js';
import { apiTime } from '../model/session.js';
import type { Trigger, TriggerRecord } from '../model/trigger.js';

/** @returns the trigger as the API shows it */
export function toApiTrigger(functionName: string, record: TriggerRecord): Trigger {
  const { triggerName, triggerId, triggerConfig, qualifier, url } = record;
  const { description, invocationRole, sourceArn, createdAt, lastModifiedAt } = record;
  return {
    triggerName,
    triggerId,
    triggerType: 'http',
    triggerConfig,
    qualifier,
    description,
    invocationRole,
    sourceArn,
    targetArn: `acs:fc:${REGION}:${ACCOUNT_ID}:functions/${functionName}`,
    status: 'OK',
    createdTime: apiTime(createdAt),
    lastModifiedTime: apiTime(lastModifiedAt),
    httpTrigger: { urlInternet: url, urlIntranet: url },
  };
}
