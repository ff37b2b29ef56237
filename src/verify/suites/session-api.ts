import type { Suite } from '../suite.js';
import { CHANGES } from './session-api-changes.js';
import { CREATE } from './session-api-create.js';
import { ERRORS } from './session-api-errors.js';
import { LISTS } from './session-api-lists.js';
import { type ApiScene, openApi } from './session-api-scene.js';

/** Create, get, use, update, list and delete, and what the Session API refuses. Needs a control API. */
export const sessionApi: Suite<ApiScene> = {
  id: 'session-api',
  open: openApi,
  checks: [...CREATE, ...CHANGES, ...LISTS, ...ERRORS],
};
