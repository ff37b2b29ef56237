import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const NAMES = ['s.yaml', 's.yml', 'fc-affinity.yaml', 'fc-affinity.yml', 'fc-affinity.json'];

/** @returns the configuration file of a folder */
export function configIn(directory: string): string | undefined {
  return NAMES.map((name) => join(resolve(directory), name)).find((file) => existsSync(file));
}

/** @returns the nearest configuration file, from `directory` upward */
export function nearestConfig(directory: string): string | undefined {
  const folder = resolve(directory);
  const parent = dirname(folder);
  return configIn(folder) ?? (parent === folder ? undefined : nearestConfig(parent));
}
