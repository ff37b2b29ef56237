/** Everything that needs the schema library, which takes a tenth of a second to load: asked for by the first request that needs it. */
export { checkBody, checkQuery } from './check.js';
export { ADVANCE_BODY } from './clock-input.js';
export * from './queries.js';
export { parseCreateSession, parseUpdateSession } from './session-input.js';
