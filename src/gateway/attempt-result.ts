import type { FcError } from '../model/errors.js';

/** How a try on an instance ended. */
export interface AttemptResult {
  /** Whether the instance sent the head of a reply that could be passed on. */
  readonly answered: boolean;
  /** What to tell the client, who has been told nothing yet. */
  readonly failure?: FcError;
  /** The failure may be tried away: nothing has been answered, and nothing can have been done twice. */
  readonly retry?: 'reset' | 'refused';
}
