import { statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import type { Context } from '../context.js';
import { UsageError } from '../errors.js';
import { withDashes } from './forgotten-dashes.js';
import type { OptionTable } from './options.js';

/**
 * @returns an absolute path; undefined when no path is named, and there is no configuration in this folder or above
 * @throws UsageError for a path without a configuration
 */
export async function configFile(
  path: string | undefined,
  { directory }: Context,
): Promise<string | undefined> {
  const { configIn, nearestConfig } = await import('../../config/nearest-config.js');
  if (path === undefined) return nearestConfig(directory);
  const whole = resolve(directory, path);
  const shown = JSON.stringify(path);
  const found = statSync(whole, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`there is no folder and no configuration ${shown}`);
  if (!found.isDirectory()) return whole;
  const file = configIn(whole);
  if (file !== undefined) return file;
  throw new UsageError(`the folder ${shown} has no s.yaml and no fc-affinity.yaml`, {
    fix: 'name the command of the handler: -- node app.js',
  });
}

/** The words before `--` may be a folder or a configuration only. @throws UsageError for another word */
export function checkPath(path: string | undefined, line: readonly string[], options: OptionTable): void {
  if (path === undefined || /\.(ya?ml|json)$/.test(path)) return;
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const runs = { '.js': 'node', '.mjs': 'node', '.cjs': 'node', '.ts': 'node', '.py': 'python3' }[
    extname(path)
  ];
  const words = runs === undefined ? line : line.flatMap((word) => (word === path ? [runs, path] : [word]));
  throw new UsageError(
    `${JSON.stringify(path)} is not a folder or a configuration: put the command of the handler after "--"`,
    { fix: withDashes(words, options) },
  );
}

/** Reads `function=folder`. */
export function codeFolders(pairs: readonly string[], { directory }: Context): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...rest] = pair.split('=');
      if (name === '' || rest.length === 0)
        throw new UsageError(`--code-dir must be function=folder, got ${JSON.stringify(pair)}`);
      return [name, resolve(directory, rest.join('='))];
    }),
  );
}
