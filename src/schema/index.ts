/** Everything that needs zod. Import it dynamically: zod takes a tenth of a second to load, and many runs never need it. */
export { parseCreateAlias, parseUpdateAlias } from './alias-input.js';
export { checkBody, checkQuery } from './check.js';
export { parseFunction, readFunction } from './function-body.js';
export { operationInputs } from './operation-inputs.js';
export { type OwnFunction, ownKeys, readOwnConfig } from './own-config.js';
export * from './queries.js';
export { parseCreateSession, parseUpdateSession } from './session-input.js';
export * from './settings-input.js';
export { parseCreateTrigger, parseTriggerConfig, parseUpdateTrigger } from './trigger-input.js';
