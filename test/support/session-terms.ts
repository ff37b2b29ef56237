import { LATEST } from '../../src/model/function.js';
import type { SessionTerms } from '../../src/model/session.js';

/** What a session of a test is promised where that does not matter. */
export const TERMS: SessionTerms = {
  functionName: 'f',
  qualifier: LATEST,
  sessionAffinityType: 'HEADER_FIELD',
  sessionTTLInSeconds: 60,
  sessionIdleTimeoutInSeconds: 60,
  disableSessionIdReuse: false,
};
