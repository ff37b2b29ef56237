import type { Suite } from '../suite.js';
import { BURST } from './limits-burst.js';
import { HANDLER } from './limits-handler.js';
import { HEADS } from './limits-heads.js';
import { LOAD } from './limits-load.js';
import { type LimitsScene, openLimits } from './limits-scene.js';

/**
 * Long heads, invalid IDs, cookies and WebSockets of the handler, 200 requests in flight, more sessions than slots. Needs a function with GENERATED_COOKIE or
 * HEADER_FIELD. The checks of 200 requests and of slots also need a control API.
 */
export const limits: Suite<LimitsScene> = {
  id: 'limits',
  open: openLimits,
  checks: [...HEADS, ...HANDLER, ...LOAD, ...BURST],
};
