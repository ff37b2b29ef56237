/** A clock's source of time that can be made to jump, and then calls back what is due as real timers do. */
export class SteeredTime {
  #ahead = 0;
  /** @type {Set<{ readonly dueAt: number, readonly call: () => void, timer: NodeJS.Timeout }>} */
  #waiting = new Set();

  monotonic() {
    return performance.now() + this.#ahead;
  }

  wall() {
    return Date.now();
  }

  startTimer(delay, call) {
    const waiting = { dueAt: this.monotonic() + delay, call, timer: undefined };
    this.#waiting.add(waiting);
    this.#arm(waiting);
    return () => this.#drop(waiting);
  }

  jump(milliseconds) {
    this.#ahead += milliseconds;
    for (const waiting of this.#waiting) {
      clearTimeout(waiting.timer);
      this.#arm(waiting);
    }
  }

  #arm(waiting) {
    const delay = Math.max(0, waiting.dueAt - this.monotonic());
    waiting.timer = setTimeout(
      () => {
        this.#waiting.delete(waiting);
        waiting.call();
      },
      Math.min(delay, 2 ** 31 - 1),
    );
    waiting.timer.unref();
  }

  #drop(waiting) {
    clearTimeout(waiting.timer);
    this.#waiting.delete(waiting);
  }
}
