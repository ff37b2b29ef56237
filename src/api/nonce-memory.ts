/**
 * The nonces of signed requests, by the second in which each was signed, so that no request is taken twice.
 *
 * The memory is bounded. Where it is full, it forgets the oldest second, and from then on takes no request of that second or an earlier
 * one, whose nonce may be forgotten.
 */
export class NonceMemory {
  readonly #most: number;
  readonly #bySecond = new Map<number, Set<string>>();
  #count = 0;
  #forgottenUntil = -Infinity;

  /** @param most how many nonces are kept */
  constructor(most = 200_000) {
    this.#most = most;
  }

  /** How many nonces are kept now. */
  get size(): number {
    return this.#count;
  }

  /**
   * Takes the nonce of a request that is otherwise genuine.
   * @param signedAt when the request was signed, in milliseconds
   * @param oldest the instant before which a request is refused for its date alone
   * @returns false when it was taken before, or may have been
   */
  take(nonce: string, { signedAt, oldest }: { readonly signedAt: number; readonly oldest: number }): boolean {
    const second = Math.floor(signedAt / 1000);
    if (second <= this.#forgottenUntil) return false;
    let nonces = this.#bySecond.get(second);
    if (nonces?.has(nonce)) return false;
    if (nonces === undefined) {
      nonces = new Set();
      this.#bySecond.set(second, nonces);
      this.#forgetBefore(Math.floor(oldest / 1000));
    }
    nonces.add(nonce);
    this.#count += 1;
    if (this.#count > this.#most) this.#forgetOldest();
    return true;
  }

  #forgetBefore(second: number): void {
    for (const each of this.#bySecond.keys()) if (each < second) this.#forget(each);
  }

  #forgetOldest(): void {
    const oldest = Math.min(...this.#bySecond.keys());
    this.#forget(oldest);
    this.#forgottenUntil = Math.max(this.#forgottenUntil, oldest);
  }

  #forget(second: number): void {
    this.#count -= this.#bySecond.get(second)?.size ?? 0;
    this.#bySecond.delete(second);
  }
}
