import { FcError } from '../model/errors.js';
import type { RequestRecord } from '../model/request-record.js';
import type { Connected } from './connect.js';
import { ExplainedError } from './errors.js';

/** Shorter ends of an ID are too easily those of several requests. */
const LEAST_CHARACTERS = 4;

/**
 * Finds a request by its ID, or by the end of its ID, as a narrow log shows it.
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
          ? 'the ID of a request that has ended, as in the log of serve or in the header X-Fc-Request-Id'
          : `give more of the ID: ${like.length} requests end so`,
    });
  }
}
