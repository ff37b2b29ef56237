import { nearest } from '../../model/nearest.js';
import { dig, type Located, type LocatedMap, mapAt, textAt } from '../located.js';
import type { Tell } from '../problem.js';
import { FC3_KEYS, HTTP_TRIGGER_KEYS, type Keys, PROJECT_KEYS, RESOURCE_KEYS } from './fc3-keys.js';

/** Maps whose keys Function Compute reads in any letter case. */
const ANY_CASE = new Set(['sessionAffinityConfig']);

interface Looked {
  readonly known: Keys;
  /** The name of the map in messages: `the props of fn`. */
  readonly of: string;
  readonly anyCase?: boolean;
  readonly tell: Tell;
}

/** Reports unknown keys, each with the nearest known key. */
export function lintProjectKeys(file: LocatedMap, tell: Tell): void {
  lintMap(file, { known: PROJECT_KEYS, of: 'the file', tell });
  for (const [key, { value }] of mapAt(file, ['resources'])?.entries ?? [])
    lintMap(value, { known: RESOURCE_KEYS, of: `the resource ${key}`, tell });
}

export function lintPropKeys(key: string, props: LocatedMap, tell: Tell): void {
  lintMap(props, { known: FC3_KEYS, of: `the props of ${key}`, tell });
  const triggers = dig(props, ['triggers']);
  for (const trigger of triggers?.kind === 'list' ? triggers.items : []) {
    const config = dig(trigger, ['triggerConfig']);
    if (textAt(trigger, ['triggerType']) === 'http' && config !== undefined)
      lintMap(config, { known: HTTP_TRIGGER_KEYS, of: 'triggerConfig', tell });
  }
}

function lintMap(located: Located, looked: Looked): void {
  const { known, of, anyCase = false, tell } = looked;
  if (located.kind === 'list') for (const item of located.items) lintMap(item, looked);
  if (located.kind !== 'map') return;
  const names = Object.keys(known);
  for (const [key, { keyAt, value }] of located.entries) {
    const same = names.find((name) => name.toLowerCase() === key.toLowerCase());
    if (anyCase && same !== undefined && same !== key)
      tell({
        rule: 'key-case',
        level: 'warning',
        message: `the key ${JSON.stringify(key)} is understood in any letter case; it is written ${same}`,
        at: keyAt,
        fix: same,
      });
    const inside = Object.hasOwn(known, key)
      ? known[key]
      : anyCase && same !== undefined
        ? known[same]
        : undefined;
    if (inside === undefined) {
      const meant = nearest(key, names);
      tell({
        rule: 'unknown-key',
        level: 'error',
        message: `${of} has no key ${JSON.stringify(key)}: it is silently ignored`,
        at: keyAt,
        fix: meant === undefined ? undefined : `did you mean ${meant}?`,
      });
    } else if (inside !== 'any') lintMap(value, { known: inside, of: key, anyCase: ANY_CASE.has(key), tell });
  }
}
