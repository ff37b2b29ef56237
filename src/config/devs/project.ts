import { dirname, isAbsolute, join } from 'node:path';
import type { ConfigFiles } from '../config-files.js';
import {
  dig,
  type Located,
  type LocatedMap,
  mapAt,
  mapOf,
  mergeMaps,
  type Place,
  textAt,
} from '../located.js';
import type { Tell } from '../problem.js';
import type { Rule } from '../rules.js';
import { type ResolvedContent, resolveContent } from './content.js';
import { readDotenv } from './dotenv.js';
import { chosenEnvironment } from './environment.js';

interface ProjectOptions {
  /** An absolute path. */
  readonly file: string;
  /** The name of the environment; undefined for none. */
  readonly envName?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: ConfigFiles;
  readonly tell: Tell;
}

/**
 * Resolves a project as the parser of Serverless Devs does: `extend`, `.env`, environments, templates, `${…}`.
 * @returns undefined after a problem that prevents all further checks
 */
export function resolveProject(options: ProjectOptions): ResolvedContent | undefined {
  const { file, files, env, envName, tell } = options;
  const own = asMap(files.values(file), tell);
  if (own === undefined) return undefined;
  const dotenv = dotenvOf(own, options);
  const extend = dig(own, ['extend']);
  const isExtended = extend !== undefined && !(extend.kind === 'scalar' && extend.value === null);
  const map = isExtended ? extended(own, { extend, dotenv, options }) : own;
  if (map === undefined || !checkEdition(map, tell)) return undefined;
  const environment = envName === undefined ? undefined : chosenEnvironment(map, { ...options, envName });
  return resolveContent({ file, map, environment, tell, env: (name) => dotenv[name] ?? env[name] });
}

/** Resolves this file and its base file separately, and merges this file over its base. */
function extended(
  own: LocatedMap,
  {
    extend,
    dotenv,
    options,
  }: {
    readonly extend: Located;
    readonly dotenv: Readonly<Record<string, string>>;
    readonly options: ProjectOptions;
  },
): LocatedMap | undefined {
  const { file, files, env, envName, tell } = options;
  const refuse = (message: string, rule: Rule = 'extend', at: Place = extend.at): undefined => {
    tell({ rule, level: 'error', message, at });
    return undefined;
  };
  if (extend.kind !== 'scalar' || typeof extend.value !== 'string')
    return refuse('extend must be the path of one file');
  if (envName !== undefined || own.entries.has('env'))
    return refuse('a file that extends another has no environments');
  if (!/\.ya?ml$/.test(extend.value))
    return refuse(`extend must name a .yaml or .yml file, got "${extend.value}"`);
  const path = beside(file, extend.value);
  if (files.text(path) === undefined) return refuse(`the extended file "${extend.value}" cannot be read`);
  const below = asMap(files.values(path), tell);
  if (below === undefined) return undefined;
  const rest = mergeMaps(withoutResources(below), withoutResources(own));
  const shared = {
    tell,
    env: (name: string) => env[name],
    unsetHint: (name: string) =>
      Object.hasOwn(dotenv, name)
        ? 'set it: Serverless Devs does not read .env for a file that extends another'
        : undefined,
  };
  const withRest = (map: LocatedMap): LocatedMap => ({
    ...map,
    entries: new Map([...map.entries, ...rest.entries]),
  });
  const { content: base } = resolveContent({ ...shared, file: path, map: withRest(below) });
  const { content: current } = resolveContent({ ...shared, file, map: withRest(own), base });
  return mergeMaps(base, current);
}

function checkEdition(map: LocatedMap, tell: Tell): boolean {
  const edition = dig(map, ['edition']);
  const given = edition?.kind === 'scalar' ? String(edition.value) : '';
  if (given === '3.0.0') return true;
  const services = map.entries.get('services');
  tell({
    rule: 'edition',
    level: 'error',
    message:
      services === undefined
        ? `edition must be 3.0.0, got ${given === '' ? 'nothing' : `"${given}"`}`
        : 'this is a file of Serverless Devs 1.x or 2.x ("services"): only edition 3.0.0 with "resources" is served',
    at: edition?.at ?? services?.keyAt ?? map.at,
    fix: services === undefined ? 'edition: 3.0.0' : 'convert it: s cli fc3 s2tos3',
  });
  return false;
}

/** The variables of the `.env` files in the code folder and the project folder. The first file wins, and the environment wins over both. */
function dotenvOf(map: LocatedMap, { file, env, files }: ProjectOptions): Record<string, string> {
  const variables: Record<string, string> = {};
  const keys = [...(mapAt(map, ['resources'])?.entries.keys() ?? [])];
  const folders = keys.flatMap((key) => textAt(map, ['resources', key, 'props', 'code']) || []);
  for (const folder of [...folders, '.']) {
    const text = files.text(join(beside(file, folder), '.env'));
    if (text !== undefined) Object.assign(variables, readDotenv(text, { ...variables, ...env }));
  }
  return variables;
}

function asMap(located: Located | undefined, tell: Tell): LocatedMap | undefined {
  if (located === undefined || located.kind === 'map') return located;
  tell({ rule: 'yaml-syntax', level: 'error', message: 'the file must hold a map', at: located.at });
  return undefined;
}

function beside(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}

function withoutResources({ entries, at }: LocatedMap): LocatedMap {
  return mapOf(
    [...entries].filter(([key]) => key !== 'resources'),
    at,
  );
}
