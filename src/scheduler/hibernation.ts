import type { Lives } from './lives.js';
import type { Pool } from './pool.js';
import type { PooledInstance } from './pooled-instance.js';
import type { Seat } from './seat.js';

/** PauseSession and ResumeSession, step by step: what changes at once, and what changes when an instance has stopped or started. */
export class Hibernation {
  readonly #lives: Lives;
  readonly #poolOf: (qualifier: string) => Pool;

  constructor(lives: Lives, poolOf: (qualifier: string) => Pool) {
    this.#lives = lives;
    this.#poolOf = poolOf;
  }

  /** Takes the session off its instance, which ends with whatever is in flight on it. Pausing until {@link paused}. */
  pausing(seat: Seat): void | Promise<void> {
    seat.sessionStatus = 'Pausing';
    return seat.leavePlace();
  }

  paused(seat: Seat): void {
    if (!seat.isAlive) return;
    seat.sessionStatus = 'Paused';
    seat.lastModifiedAt = this.#lives.now;
    this.#lives.changed(seat);
  }

  /** Gives a paused session an instance. Resuming until {@link resumed}. @throws ResourceExhausted, ServiceUnavailable */
  resuming(seat: Seat): PooledInstance {
    const { instance } = this.#poolOf(seat.terms.qualifier).takePlace();
    seat.sessionStatus = 'Resuming';
    seat.instance = instance;
    return instance;
  }

  /** The resumed session's instance is ready. Its idle time starts anew, its TTL does not. */
  resumed(seat: Seat): void {
    if (!seat.isAlive) return;
    const { now } = this.#lives;
    seat.sessionStatus = 'Active';
    seat.containerId = seat.instance?.instanceId ?? seat.containerId;
    seat.lastModifiedAt = now;
    seat.lastUsedAt = now;
    this.#lives.hasten(seat);
    this.#lives.changed(seat);
  }

  /** The resumed session's instance did not start. */
  notResumed(seat: Seat): void | Promise<void> {
    this.paused(seat);
    return seat.leavePlace();
  }
}
