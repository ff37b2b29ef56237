import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const NAMES = ['s.yaml', 's.yml', 'fc-affinity.yaml', 'fc-affinity.yml', 'fc-affinity.json'];

/** @returns the nearest configuration file, from `directory` upward */
export function nearestConfig(directory: string): string | undefined {
  const folder = resolve(directory);
  for (const name of NAMES) {
    const file = join(folder, name);
    if (existsSync(file)) return file;
  }
  const parent = dirname(folder);
  return parent === folder ? undefined : nearestConfig(parent);
}
