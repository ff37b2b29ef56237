/** All that needs zod, for a dynamic import: zod takes a tenth of a second to load, so that the first request that needs it loads it. */
export { checkBody, checkQuery } from './check.js';
export * from './queries.js';
export { parseCreateSession, parseUpdateSession } from './session-input.js';
