import { FcError } from '../model/errors.js';
import type { RequestRecord } from '../model/request-record.js';
import type { Connected } from './connect.js';
import { ExplainedError } from './errors.js';

/** A shorter end of an ID fits too many requests. */
const LEAST_CHARACTERS = 4;

/**
 * Finds a request by its ID, or by the end of its ID. A narrow log shows only the end.
 * @throws ExplainedError
 */
export async function findRequest(control: Connected, requestId: string): Promise<RequestRecord> {
  try {
    return await control.requests.get(requestId);
  } catch (error) {
    if (!(error instanceof FcError) || error.code !== 'RequestNotFound') throw error;
    const isLong = requestId.length >= LEAST_CHARACTERS;
    const like = isLong
      ? (await control.requests.list()).filter((one) => one.requestId.endsWith(requestId))
      : [];
    const [only, second] = like;
    if (only !== undefined && second === undefined) return only;
    throw new ExplainedError(error, {
      fix:
        second === undefined
          ? 'give the ID of an ended request, from the log of serve or the header X-Fc-Request-Id'
          : `give more of the ID: ${like.length} requests have this end`,
    });
  }
}
