import { tokenIn } from './wire.js';

/**
 * Judges whether every request that failed had a cause (I19): that the very instance it was on was killed. The emulator's record of a
 * request says where it was, and the client's token in its target which one it is.
 */
export class FailureLog {
  #oracle;
  /** Tokens of the requests that the emulator knows to have failed. */
  #recorded = new Set();

  /** @param oracle knows who was killed, and which requests failed for their clients */
  constructor(oracle) {
    this.#oracle = oracle;
  }

  /** @param {{ target: string, outcome: string, status: number, decision?: { instanceId?: string } }} record */
  take({ target, outcome, status, decision }) {
    const failed = outcome === 'broken' || (outcome === 'refused' && status >= 500);
    if (!failed) return;
    this.#recorded.add(tokenIn(target));
    if (!this.#oracle.isKilled(decision?.instanceId))
      this.#oracle.breaks('I19: a request failed without cause', `${outcome} ${status} ${target}`);
  }

  /** To be asked when no request is under way any more. */
  judge() {
    for (const [token, how] of this.#oracle.failures)
      if (!this.#recorded.has(token))
        this.#oracle.breaks('I19: a request failed and has no record of it', `${how} ${token}`);
  }
}
