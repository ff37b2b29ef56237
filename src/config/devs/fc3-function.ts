import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { FunctionInput } from '../../model/function-input.js';
import { isBuiltInRuntime } from '../../model/runtimes.js';
import { readFunction } from '../../schema/index.js';
import type { FunctionDraft } from '../function-draft.js';
import { dig, type Located, type LocatedMap, mapAt, type Place, plain, textAt } from '../located.js';
import type { Tell } from '../problem.js';
import type { Rule } from '../rules.js';
import type { DevsResource } from './content.js';
import { triggersOf } from './fc3-triggers.js';
import { isJson } from './is-json.js';

interface Asked {
  /** The absolute path of the project's file. Relative paths start in its folder. */
  readonly file: string;
  /** The code folders by function name. */
  readonly codeFolders: Readonly<Record<string, string>>;
  readonly tell: Tell;
}

/**
 * Reads the props of the component fc3.
 * @returns undefined after a problem was reported
 */
export function functionOfProps(resource: DevsResource, asked: Asked): FunctionDraft | undefined {
  const { props, keyAt } = resource;
  const { tell } = asked;
  const placeOf = (path: string, message = ''): Place => placeIn(resource, path, message);
  const refuse = (rule: Rule, path: string, message: string, fix?: string): undefined => {
    tell({ rule, level: 'error', message, at: placeOf(path), fix });
    return undefined;
  };
  const reading = readFunction(asBody(props), `the props of ${resource.key}`);
  if ('issues' in reading) {
    for (const { path, message } of reading.issues)
      tell({
        rule: 'value-type',
        level: 'error',
        message,
        at: placeOf(path, message),
        fix: quoted(path, props),
      });
    return undefined;
  }
  const { input } = reading.value;
  const { functionName } = input;
  if (functionName === undefined)
    return refuse(
      'missing-key',
      '',
      `functionName is missing in the props of ${resource.key}`,
      `functionName: ${resource.key}`,
    );
  const codeDirectory = codeFolder(functionName, resource, asked);
  const triggers = triggersOf(resource, functionName, tell);
  if (codeDirectory === undefined || triggers === undefined) return undefined;
  checkCommand({ input, codeDirectory, refuse });
  const minInstances =
    numberAt(props, ['provisionConfig', 'defaultTarget']) ??
    numberAt(props, ['scalingConfig', 'minInstances']);
  const reserved = numberAt(props, ['concurrencyConfig', 'reservedConcurrency']);
  return {
    input: {
      ...input,
      functionName,
      codeDirectory,
      ...(minInstances !== undefined && { minInstances }),
      ...(reserved !== undefined
        ? { maxInstances: reserved }
        : { maxInstances: Math.max(20, minInstances ?? 0) }),
    },
    triggers,
    placeOf: (path, message) => (path === '' ? keyAt : placeOf(path, message)),
  };
}

/** The body of CreateFunction, as the component sends it: the affinity's configuration becomes text. */
function asBody(props: LocatedMap): unknown {
  const body = plain(props) as Record<string, unknown>;
  const { sessionAffinityConfig: config, code: _code, triggers: _triggers, ...rest } = body;
  // The cloud ignores a text that is not JSON, and lint warns about it.
  if (typeof config === 'string' && !isJson(config)) return { ...rest, sessionAffinity: 'NONE' };
  // The component replaces `auto` by a new resource, so the cloud never gets `auto`.
  for (const key of ['logConfig', 'nasConfig', 'ossMountConfig', 'vpcConfig'])
    if (rest[key] === 'auto') delete rest[key];
  return {
    ...rest,
    ...(config !== undefined && {
      sessionAffinityConfig: typeof config === 'string' ? config : JSON.stringify(config),
    }),
  };
}

/** @returns an absolute path; undefined after a problem was reported */
function codeFolder(
  functionName: string,
  { props, key, keyAt }: DevsResource,
  { file, codeFolders, tell }: Asked,
): string | undefined {
  const chosen = Object.hasOwn(codeFolders, functionName) ? codeFolders[functionName] : undefined;
  if (chosen !== undefined) return chosen;
  const code = dig(props, ['code']);
  const path = code?.kind === 'map' ? textAt(code, ['src']) : textAt(props, ['code']);
  const byOption = `--code-dir ${functionName}=<folder>`;
  if (path === undefined) {
    if (textAt(props, ['runtime']) === 'custom-container') return dirname(file);
    const message =
      code === undefined
        ? `code is missing in the props of ${key}`
        : `the code of ${functionName} is in OSS, which the emulator does not read: give its local folder`;
    const [rule, fix] =
      code === undefined ? (['missing-key', 'code: ./code'] as const) : (['code-in-oss', byOption] as const);
    tell({ rule, level: 'error', message, at: code?.at ?? keyAt, fix });
    return undefined;
  }
  const folder = resolve(dirname(file), path);
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return folder;
  const message =
    found === undefined
      ? `the folder of code ${JSON.stringify(path)} does not exist`
      : `code must be a folder, ${JSON.stringify(path)} is a file: unpack it`;
  tell({ rule: 'code-missing', level: 'error', message, at: code?.at ?? keyAt, fix: byOption });
  return undefined;
}

function checkCommand({
  input,
  codeDirectory,
  refuse,
}: {
  readonly input: Partial<FunctionInput>;
  readonly codeDirectory: string;
  readonly refuse: (rule: Rule, path: string, message: string, fix?: string) => undefined;
}): void {
  const { runtime = '', customRuntimeConfig, customContainerConfig } = input;
  if (runtime === 'custom-container') {
    const { command = [], entrypoint = [] } = customContainerConfig ?? {};
    if (command.length + entrypoint.length === 0)
      refuse(
        'container-command',
        'customContainerConfig',
        'container images are not started here: give the command that starts the handler on this machine',
        'customContainerConfig: { command: [node, app.js] }',
      );
    return;
  }
  if (isBuiltInRuntime(runtime) && !/^(nodejs|python3)/.test(runtime))
    refuse(
      'runtime-not-emulated',
      'runtime',
      `the runtime ${runtime} is not emulated: nodejs, python3 and custom runtimes are`,
      'runtime: custom.debian12, with a customRuntimeConfig.command that starts an HTTP server',
    );
  if (isBuiltInRuntime(runtime) || !runtime.startsWith('custom')) return;
  if ((customRuntimeConfig?.command ?? []).length > 0) return;
  if (statSync(resolve(codeDirectory, 'bootstrap'), { throwIfNoEntry: false })?.isFile()) return;
  refuse(
    'no-bootstrap',
    'customRuntimeConfig',
    `without customRuntimeConfig.command the file bootstrap of the code is run, and ${codeDirectory} has none`,
    'customRuntimeConfig: { command: [node, app.js] }',
  );
}

/** The model's names of fields that have another name in the file. */
const FILE_PATHS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  minInstances: [
    ['provisionConfig', 'defaultTarget'],
    ['scalingConfig', 'minInstances'],
  ],
  maxInstances: [['concurrencyConfig', 'reservedConcurrency']],
};

/** @returns the place of the longest part of the path that exists in the file, or of the key that the message names */
function placeIn({ props, keyAt }: DevsResource, path: string, message: string): Place {
  for (const other of FILE_PATHS[path] ?? []) {
    const found = dig(props, other);
    if (found !== undefined) return found.at;
  }
  let value: Located = props;
  let at =
    (path.startsWith('sessionAffinityConfig') ? dig(props, ['sessionAffinity'])?.at : undefined) ?? keyAt;
  for (const step of path.split(/[.[\]]+/).filter(Boolean)) {
    const key = value.kind === 'map' ? keyLike(value, step) : step;
    const next = dig(value, [key]);
    if (next === undefined) break;
    at = next.at;
    value = next;
  }
  if (value.kind !== 'map' || path === '') return at;
  const named = [...value.entries].find(
    ([key]) => message.includes(`'${key}'`) || message.includes(JSON.stringify(key)),
  );
  return named === undefined ? at : named[1].keyAt;
}

/** Function Compute reads keys in any letter case. */
function keyLike(map: LocatedMap, name: string): string {
  return [...map.entries.keys()].find((key) => key.toLowerCase() === name.toLowerCase()) ?? name;
}

function numberAt(props: LocatedMap, path: readonly string[]): number | undefined {
  const found = dig(props, path);
  return found?.kind === 'scalar' && typeof found.value === 'number' ? found.value : undefined;
}

/** @returns a variable that YAML reads as a number or a boolean */
function quoted(path: string, props: LocatedMap): string | undefined {
  const [key, name = ''] = path.split('.');
  const found =
    key === 'environmentVariables' ? dig(mapAt(props, ['environmentVariables']), [name]) : undefined;
  return found?.kind === 'scalar' && typeof found.value !== 'string'
    ? `${name}: "${found.value}"`
    : undefined;
}
