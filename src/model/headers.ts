/**
 * Header lines as they stood on the wire: order, letter case and repetition kept. Flat, name then value, which is what Node's
 * `rawHeaders` gives and `writeHead` takes, so a request or reply passes through without being rebuilt.
 */
export class HeaderLines {
  #flat: string[];

  /** @param flat is taken over, not copied */
  constructor(flat: string[] = []) {
    this.#flat = flat;
  }

  /** The first value of that name (in any letter case). */
  get(name: string): string | undefined {
    const at = this.#find(lower(name), 0);
    return at < 0 ? undefined : this.#flat[at + 1];
  }

  /** Every value of that name, in order. */
  all(name: string): string[] {
    const wanted = lower(name);
    const values: string[] = [];
    for (let at = this.#find(wanted, 0); at >= 0; at = this.#find(wanted, at + 2))
      values.push(this.#flat[at + 1] ?? '');
    return values;
  }

  has(name: string): boolean {
    return this.#find(lower(name), 0) >= 0;
  }

  add(name: string, value: string): void {
    this.#flat.push(name, value);
  }

  /** Takes away every line of that name, or those of them for whose value `unwanted` holds. */
  remove(name: string, unwanted: (value: string) => boolean = () => true): void {
    const wanted = lower(name);
    for (let at = this.#find(wanted, 0); at >= 0; at = this.#find(wanted, at)) {
      if (unwanted(this.#flat[at + 1] ?? '')) this.#flat.splice(at, 2);
      else at += 2;
    }
  }

  /** Name and value by turns. */
  get flat(): string[] {
    return this.#flat;
  }

  /** How many lines there are. */
  get size(): number {
    return this.#flat.length / 2;
  }

  #find(wanted: string, from: number): number {
    for (let at = from; at < this.#flat.length; at += 2) {
      const name = this.#flat[at] ?? '';
      if (name.length === wanted.length && lower(name) === wanted) return at;
    }
    return -1;
  }
}

function lower(name: string): string {
  return name.toLowerCase();
}
