import { ACCOUNT_ID, REGION } from '../model/account.js';
import type { HttpTrigger } from '../model/function.js';

/** A handler that needs real credentials is given them by its environment. */
const PLACEHOLDER = 'fc-affinity-placeholder';

/** What Function Compute tells a handler with every request (spec §8.4), but the request's ID. Flat. */
export function commonHeaders({ functionName, qualifier }: HttpTrigger): readonly string[] {
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
