/** A place in a file; lines and columns begin at 1. */
export interface Place {
  /** An absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Scalar = string | number | boolean | null;

/** A value of a configuration file with its place. Merging and substitution keep the places. */
export type Located = LocatedScalar | LocatedList | LocatedMap;

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly value: Scalar;
  readonly at: Place;
  /** Whether the text has no quotes. */
  readonly isPlain: boolean;
  /** @returns the place of a part of the text in the file, or else the place of the whole value */
  readonly placeOf: (part: string) => Place;
}

export interface LocatedList {
  readonly kind: 'list';
  readonly items: readonly Located[];
  readonly at: Place;
}

export interface LocatedMap {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, LocatedEntry>;
  readonly at: Place;
}

export interface LocatedEntry {
  readonly keyAt: Place;
  readonly value: Located;
}

export function scalar(value: Scalar, at: Place): LocatedScalar {
  return { kind: 'scalar', value, at, isPlain: false, placeOf: () => at };
}

export function emptyMap(at: Place): LocatedMap {
  return { kind: 'map', entries: new Map(), at };
}

export function mapOf(entries: Iterable<readonly [string, LocatedEntry]>, at: Place): LocatedMap {
  return { kind: 'map', entries: new Map(entries), at };
}

/** @returns the map with one entry set */
export function withEntry(map: LocatedMap, key: string, value: Located): LocatedMap {
  const keyAt = map.entries.get(key)?.keyAt ?? value.at;
  return { ...map, entries: new Map(map.entries).set(key, { keyAt, value }) };
}

/** Gives a place to a value without one, for example to the content of a JSON file that an expression reads. */
export function locate(value: unknown, at: Place): Located {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => locate(item, at)), at };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, held]) => [key, { keyAt: at, value: locate(held, at) }] as const,
    );
    return { kind: 'map', entries: new Map(entries), at };
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return scalar(value, at);
  return scalar(null, at);
}

/** @returns the value without its places */
export function plain(located: Located): unknown {
  switch (located.kind) {
    case 'scalar':
      return located.value;
    case 'list':
      return located.items.map(plain);
    case 'map':
      return Object.fromEntries([...located.entries].map(([key, { value }]) => [key, plain(value)]));
  }
}

/** @param path keys, and indices of lists; `resources`, `fn`, `props` */
export function dig(located: Located | undefined, path: readonly string[]): Located | undefined {
  let found = located;
  for (const key of path) {
    if (found?.kind === 'map') found = found.entries.get(key)?.value;
    else if (found?.kind === 'list') found = /^\d+$/.test(key) ? found.items[Number(key)] : undefined;
    else return undefined;
  }
  return found;
}

/** @returns the text at the path, if any */
export function textAt(located: Located | undefined, path: readonly string[]): string | undefined {
  const found = dig(located, path);
  return found?.kind === 'scalar' && typeof found.value === 'string' ? found.value : undefined;
}

/** @returns the map at the path, if any */
export function mapAt(located: Located | undefined, path: readonly string[]): LocatedMap | undefined {
  const found = dig(located, path);
  return found?.kind === 'map' ? found : undefined;
}

/** Merges maps deeply, the later over the earlier. Other values, also lists, are replaced. */
export function mergeMaps(base: LocatedMap, over: LocatedMap | undefined): LocatedMap {
  if (over === undefined) return base;
  const entries = new Map(base.entries);
  for (const [key, { keyAt, value }] of over.entries) {
    const below = entries.get(key)?.value;
    const merged =
      value.kind === 'map' ? mergeMaps(below?.kind === 'map' ? below : emptyMap(value.at), value) : value;
    entries.set(key, { keyAt, value: merged });
  }
  return { kind: 'map', entries, at: over.at };
}
