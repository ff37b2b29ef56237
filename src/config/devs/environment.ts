import { dirname, resolve } from 'node:path';
import { nearest } from '../../model/nearest.js';
import type { ConfigFiles } from '../config-files.js';
import { dig, type LocatedMap, mapAt, textAt } from '../located.js';
import type { Tell } from '../problem.js';

interface Asked {
  readonly file: string;
  readonly envName: string;
  readonly files: ConfigFiles;
  readonly tell: Tell;
}

/** @returns the named environment from the file of `env`, or else from `env.yaml`; undefined after a problem was reported */
export function chosenEnvironment(content: LocatedMap, asked: Asked): LocatedMap | undefined {
  const { file, envName, files, tell } = asked;
  const named = dig(content, ['env']);
  const path = resolve(dirname(file), textAt(content, ['env']) ?? 'env.yaml');
  if (files.text(path) === undefined) {
    const message = `the file of environments ${path} cannot be read`;
    tell({ rule: 'environment', level: 'error', message, at: named?.at ?? content.at });
    return undefined;
  }
  const environments = dig(files.values(path), ['environments']);
  if (environments?.kind !== 'list') {
    const at = environments?.at ?? { file: path, line: 1, column: 1 };
    tell({ rule: 'environment', level: 'error', message: 'environments must be a list', at });
    return undefined;
  }
  const names = environments.items.map((item) => textAt(item, ['name']) ?? '');
  const found = mapAt(environments.items[names.indexOf(envName)], []);
  if (found !== undefined) return found;
  const meant = nearest(envName, names);
  tell({
    rule: 'environment',
    level: 'error',
    message: `there is no environment ${JSON.stringify(envName)}; there is ${names.filter(Boolean).join(', ') || 'none'}`,
    at: environments.at,
    fix: meant === undefined ? undefined : `--env-name ${meant}`,
  });
  return undefined;
}
