import type { SessionAffinity } from '../model/affinity.js';

/** NONE: no request belongs to any session. */
export const none: SessionAffinity = {
  type: 'NONE',
  identify: () => ({ kind: 'none' }),
  onResponse: () => undefined,
};
