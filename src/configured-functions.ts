import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { blocks, type Problem } from './config/problem.js';
import type { ConfiguredOptions, EmulatorOptions } from './emulator-options.js';
import { completeConfigured } from './flat-options.js';
import { FcError } from './model/errors.js';

/**
 * Reads the configuration that `startEmulator({ config })` names: a project of Serverless Devs, or fc-affinity.yaml.
 * @throws InvalidArgument with every complaint, each as `FILE:LINE:COL: …`
 */
export async function functionsOfConfig(input: ConfiguredOptions): Promise<EmulatorOptions> {
  const { config, envName, ...settings } = completeConfigured(input);
  const [{ configIn }, { loadConfig }] = await Promise.all([
    import('./config/nearest-config.js'),
    import('./config/load-config.js'),
  ]);
  const path = resolve(config);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const file = isFolder ? configIn(path) : path;
  if (file === undefined)
    throw new FcError(
      'InvalidArgument',
      `the folder ${JSON.stringify(config)} has no s.yaml and no fc-affinity.yaml`,
    );
  const { functions, problems } = loadConfig({
    file,
    envName,
    env: settings.hostEnvironment ?? process.env,
    codeFolders: Object.fromEntries(
      Object.entries(settings.codeDirectories ?? {}).map(([name, folder]) => [name, resolve(folder)]),
    ),
    overrides: {
      input: { maxSessionTTLInSeconds: settings.maxSessionTTLInSeconds },
      triggers: {},
      refuse: () => {},
    },
  });
  const told = (some: readonly Problem[]): string[] =>
    some.map(({ at, message }) => `${at.file}:${at.line}:${at.column}: ${message}`);
  const errors = problems.filter(blocks);
  if (errors.length > 0) throw new FcError('InvalidArgument', told(errors).join('\n'));
  for (const text of told(problems)) settings.onNotice?.(text);
  return { ...settings, functions };
}
