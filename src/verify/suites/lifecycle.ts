import type { Suite } from '../suite.js';
import { CHANGES } from './lifecycle-changes.js';
import { ENDS } from './lifecycle-ends.js';
import { ISOLATION } from './lifecycle-isolation.js';
import { REUSE } from './lifecycle-reuse.js';
import { LifecycleScene } from './lifecycle-scene.js';
import { SLOTS } from './lifecycle-slots.js';

/**
 * How sessions end and change, and whether their IDs and slots are used again; what takes days comes last. Needs a control API and a
 * function with GENERATED_COOKIE or HEADER_FIELD; all of it, a clock that may be moved.
 */
export const lifecycle: Suite<LifecycleScene> = {
  id: 'lifecycle',
  open: (run) => LifecycleScene.open(run),
  checks: [...ENDS, ...CHANGES, ...SLOTS, ...ISOLATION, ...REUSE],
};
