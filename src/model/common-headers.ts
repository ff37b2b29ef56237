import { ACCOUNT_ID, REGION } from './account.js';
import type { FunctionConfig, Revision } from './function.js';
import { LATEST } from './function.js';

/** A handler that needs real credentials receives them by its environment. */
const PLACEHOLDER = 'fc-affinity-placeholder';

interface Called {
  readonly config: Pick<FunctionConfig, 'functionName' | 'handler' | 'memorySize'>;
  readonly qualifier: string;
  readonly versionId: string;
  /** What the request is: of an HTTP trigger, of InvokeFunction, or the call of the initializer or of the pre-stop hook. */
  readonly controlPath: '/http-invoke' | '/invoke' | '/initialize' | '/pre-stop';
}

/** The header lines that Function Compute adds to every request to an instance (spec §8.4), without the request's ID. Flat. */
export function commonHeaders({ config, qualifier, versionId, controlPath }: Called): readonly string[] {
  return [
    ['x-fc-function-name', config.functionName],
    ['x-fc-qualifier', qualifier],
    ['x-fc-version-id', versionName(versionId)],
    ['x-fc-region', REGION],
    ['x-fc-account-id', ACCOUNT_ID],
    ['x-fc-control-path', controlPath],
    ['x-fc-function-handler', config.handler.replaceAll(/[^ -~]/g, '')],
    ['x-fc-function-memory', String(config.memorySize)],
    ['x-fc-access-key-id', PLACEHOLDER],
    ['x-fc-access-key-secret', PLACEHOLDER],
    ['x-fc-security-token', PLACEHOLDER],
    ['x-fc-service-logproject', ''],
    ['x-fc-service-logstore', ''],
  ].flat();
}

/** @returns `LATEST`, or the number of a version: as a handler sees it */
export function versionName(versionId: Revision['versionId']): string {
  return versionId === '0' ? LATEST : versionId;
}
