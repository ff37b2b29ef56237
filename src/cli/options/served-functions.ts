import { relative } from 'node:path';
import type { Overrides } from '../../config/function-draft.js';
import type { FunctionFlags } from '../../config/function-from-flags.js';
import type { Problem } from '../../config/problem.js';
import type { ServeFunction } from '../../emulator-options.js';
import { DEFAULT_TRIGGER, type TriggerAuthType } from '../../model/function.js';
import { nearest } from '../../model/nearest.js';
import type { Context } from '../context.js';
import { asUsage, ConfigError, UsageError } from '../errors.js';
import { codeFolders, configFile } from './config-path.js';
import type { GivenTexts } from './options.js';
import { overridesOf } from './overrides.js';
import { checkTogether } from './together.js';

/** The handler's environment variables, in addition to those of the platform. */
export interface HandlerEnvironment {
  readonly env: readonly string[];
  readonly envFile: readonly string[];
  readonly envPass: readonly string[];
}

export interface ServeFlags extends FunctionFlags, HandlerEnvironment {
  readonly envName?: string | undefined;
  readonly codeDir?: readonly string[];
  readonly noFunction?: boolean;
  readonly triggerAuth?: TriggerAuthType | undefined;
  readonly customDomain?: boolean;
}

interface Asked {
  /** The texts of the given options. Error messages quote them, and only given options change a configuration. */
  readonly given: GivenTexts;
  /** The command of the handler; undefined without one. */
  readonly command: readonly string[] | undefined;
  /** The folder or configuration of the command line. */
  readonly path?: string | undefined;
  /** Changes the functions of a configuration. */
  readonly adjust?: NonNullable<Overrides['adjust']>;
}

export interface ServedFunctions {
  readonly functions: readonly ServeFunction[];
  /** Whether the bundled handler is served, because there is no command and no configuration. */
  readonly bundled: boolean;
  /** Warnings of the configuration, which are printed after the ready line. */
  readonly warnings: readonly string[];
}

/**
 * @returns the command after `--`, else the named configuration, else the nearest configuration, else the bundled fixture
 * @throws UsageError; ConfigError for a configuration that cannot be used
 */
export async function servedFunctions(
  flags: ServeFlags,
  asked: Asked,
  context: Context,
): Promise<ServedFunctions> {
  const { command, path, given } = asked;
  if (flags.noFunction) {
    if (command === undefined && path === undefined) return { functions: [], bundled: false, warnings: [] };
    throw new UsageError('--no-function excludes a configuration and a command');
  }
  if (command !== undefined && path !== undefined)
    throw new UsageError(
      `a configuration and a command after "--" exclude each other, got ${JSON.stringify(path)} too`,
    );
  const { handlerEnvironment } = await import('../../config/handler-environment.js');
  const environmentVariables = asUsage(() =>
    handlerEnvironment({ pairs: flags.env, files: flags.envFile, pass: flags.envPass, host: context.env }),
  );
  const file = command === undefined ? await configFile(path, context) : undefined;
  if (file !== undefined) return fromConfig(file, { flags, asked, environmentVariables, context });
  if (flags.envName !== undefined)
    throw new UsageError(
      '--env-name is for a project of Serverless Devs, and there is no s.yaml here or above',
    );
  checkTogether({ ...flags, given }, command);
  const { functionFromFlags } = await import('../../config/function-from-flags.js');
  const config = asUsage(() =>
    functionFromFlags({ flags, command, directory: context.directory, environmentVariables }),
  );
  const { triggerAuth, customDomain } = flags;
  const trigger = { triggerName: DEFAULT_TRIGGER, authType: triggerAuth, customDomain };
  return { functions: [{ config, triggers: [trigger] }], bundled: command === undefined, warnings: [] };
}

/** @returns the complaints of a configuration, each as `s.yaml:LINE:COL: …` */
function complaintsOf(problems: readonly Problem[], { directory }: Context): string[] {
  return problems.map(({ at, message, fix }) => {
    const file = relative(directory, at.file) || at.file;
    return `${file}:${at.line}:${at.column}: ${message}${fix === undefined ? '' : ` (${fix})`}`;
  });
}

async function fromConfig(
  file: string,
  {
    flags,
    asked: { given, adjust },
    environmentVariables,
    context,
  }: {
    readonly flags: ServeFlags;
    readonly asked: Asked;
    readonly environmentVariables: Record<string, string>;
    readonly context: Context;
  },
): Promise<ServedFunctions> {
  const [{ loadConfig }, { blocks }] = await Promise.all([
    import('../../config/load-config.js'),
    import('../../config/problem.js'),
  ]);
  const { functions, problems } = loadConfig({
    file,
    envName: flags.envName,
    env: context.env,
    codeFolders: codeFolders(flags.codeDir ?? [], context),
    overrides: {
      ...overridesOf(flags, { given, environmentVariables }),
      ...(adjust !== undefined && { adjust }),
    },
  });
  const errors = problems.filter(blocks);
  const name = relative(context.directory, file) || file;
  if (errors.length > 0)
    throw new ConfigError(
      `${name} cannot be used: ${errors.length} mistake${errors.length === 1 ? '' : 's'}`,
      {
        complaints: complaintsOf(errors, context),
        fix: `fc-affinity lint ${name}`,
      },
    );
  return {
    functions: chosen(functions, { name: flags.function, file: name }),
    bundled: false,
    warnings: complaintsOf(problems, context),
  };
}

/** With `--function`, only that function of the configuration is served. */
function chosen(
  functions: readonly ServeFunction[],
  { name, file }: { readonly name: string | undefined; readonly file: string },
): readonly ServeFunction[] {
  if (name === undefined) return functions;
  const found = functions.filter(({ config }) => config.functionName === name);
  if (found.length > 0) return found;
  const names = functions.map(({ config }) => config.functionName);
  const meant = nearest(name, names);
  throw new UsageError(`${file} has no function ${JSON.stringify(name)}; it has ${names.join(', ')}`, {
    fix: meant === undefined ? undefined : `--function ${meant}`,
  });
}
