/**
 * Reads a record that was once JSON: its own keys only, by name, each of the kind that it must be (quality T14).
 * Every reading throws an Error that says what is wrong.
 */
export class Fields {
  readonly #record: object;

  constructor(value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Error(`a record must be an object, got ${shown(value)}`);
    }
    this.#record = value;
  }

  /** @returns undefined when the record has no such key of its own */
  value(name: string): unknown {
    return Object.hasOwn(this.#record, name) ? Reflect.get(this.#record, name) : undefined;
  }

  text(name: string): string {
    const value = this.value(name);
    if (typeof value === 'string') return value;
    throw new Error(`${name} must be text, got ${shown(value)}`);
  }

  flag(name: string): boolean {
    const value = this.value(name);
    if (typeof value === 'boolean') return value;
    throw new Error(`${name} must be true or false, got ${shown(value)}`);
  }

  number(name: string): number {
    const value = this.value(name);
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw new Error(`${name} must be a number, got ${shown(value)}`);
  }

  /** A whole number that is not negative. */
  count(name: string): number {
    const value = this.value(name);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw new Error(`${name} must be a whole number from 0, got ${shown(value)}`);
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    const value = this.value(name);
    const found = allowed.find((each) => each === value);
    if (found !== undefined) return found;
    throw new Error(`${name} must be one of ${allowed.join(', ')}, got ${shown(value)}`);
  }

  list(name: string): readonly unknown[] {
    const value = this.value(name);
    if (Array.isArray(value)) return value;
    throw new Error(`${name} must be a list, got ${shown(value)}`);
  }
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 40);
}
