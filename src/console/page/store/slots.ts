/** The places of an instance's sessions on the map. A session keeps its place until it ends; a new session gets the first free place. */
export class Slots {
  readonly #places: (string | undefined)[] = [];
  readonly #placeOf = new Map<string, number>();

  get size(): number {
    return this.#placeOf.size;
  }

  has(key: string): boolean {
    return this.#placeOf.has(key);
  }

  add(key: string): void {
    if (this.#placeOf.has(key)) return;
    const free = this.size < this.#places.length ? this.#places.indexOf(undefined) : -1;
    const place = free < 0 ? this.#places.length : free;
    this.#places[place] = key;
    this.#placeOf.set(key, place);
  }

  remove(key: string): void {
    const place = this.#placeOf.get(key);
    if (place === undefined) return;
    this.#placeOf.delete(key);
    this.#places[place] = undefined;
    while (this.#places.length > 0 && this.#places.at(-1) === undefined) this.#places.pop();
  }

  /** @returns the session keys by place, with at least `least` places; undefined for a free place */
  places(least: number): readonly (string | undefined)[] {
    return Array.from({ length: Math.max(least, this.#places.length) }, (_, at) => this.#places[at]);
  }
}
