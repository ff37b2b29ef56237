import type { Clock } from '../model/clock.js';
import type { PooledInstance } from './pooled-instance.js';

/** How long a shared instance may be empty (spec U40). */
const EMPTY_INSTANCE_KEPT_MS = 5 * 60 * 1000;

interface ScaleInOptions {
  /** The session clock. */
  readonly clock: Clock;
  readonly beforeLook: () => void | Promise<void>;
  /** Whether every instance is needed for the minimum. */
  readonly isNeeded: () => boolean;
  /** Oldest first. */
  readonly instances: () => Iterable<PooledInstance>;
  readonly retire: (instance: PooledInstance) => void | Promise<void>;
}

/** Ends instances that have been empty for too long. Checks by timer, so that a request takes no longer. */
export class ScaleIn {
  readonly #options: ScaleInOptions;

  constructor(options: ScaleInOptions) {
    this.#options = options;
  }

  begin(instance: PooledInstance): void {
    this.#lookAt(instance, EMPTY_INSTANCE_KEPT_MS);
  }

  #lookAt(instance: PooledInstance, afterMs: number): void {
    const { clock } = this.#options;
    instance.stopWatching = clock.wakeAt(clock.now() + afterMs, () => this.#look(instance));
  }

  #look(instance: PooledInstance): void | Promise<void> {
    const { beforeLook, isNeeded, instances, retire } = this.#options;
    const swept = beforeLook();
    if (instance.state === 'gone') return swept;
    const emptyMs = this.#emptyMs(instance);
    if (emptyMs < EMPTY_INSTANCE_KEPT_MS) return this.#lookAt(instance, EMPTY_INSTANCE_KEPT_MS - emptyMs);
    if (isNeeded()) return this.#lookAt(instance, EMPTY_INSTANCE_KEPT_MS);
    for (const oldest of instances()) {
      if (this.#emptyMs(oldest) < EMPTY_INSTANCE_KEPT_MS) continue;
      // The oldest empty instance ends, whichever instance was checked.
      if (oldest !== instance) this.#lookAt(instance, 0);
      return retire(oldest);
    }
    return undefined;
  }

  #emptyMs({ sessions, inFlight, emptySince }: PooledInstance): number {
    return sessions === 0 && inFlight === 0 ? this.#options.clock.now() - emptySince : 0;
  }
}
