import type { Suite } from '../suite.js';
import { CHANGES } from './lifecycle-changes.js';
import { ENDS } from './lifecycle-ends.js';
import { ISOLATION } from './lifecycle-isolation.js';
import { REUSE } from './lifecycle-reuse.js';
import { LifecycleScene } from './lifecycle-scene.js';
import { SLOTS } from './lifecycle-slots.js';

/**
 * How sessions end and change, and whether their IDs and slots are used again. Checks that take days come last. Needs a control API and a
 * function with GENERATED_COOKIE or HEADER_FIELD. Some checks need a clock that the suite may advance.
 */
export const lifecycle: Suite<LifecycleScene> = {
  id: 'lifecycle',
  open: (run) => LifecycleScene.open(run),
  checks: [...ENDS, ...CHANGES, ...SLOTS, ...ISOLATION, ...REUSE],
};
