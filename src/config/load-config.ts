import { basename } from 'node:path';
import { ConfigFiles } from './config-files.js';
import type { ResolvedContent } from './devs/content.js';
import { functionOfProps } from './devs/fc3-function.js';
import { lintProjectKeys, lintPropKeys } from './devs/lint-keys.js';
import { lintProps } from './devs/lint-props.js';
import { resolveProject } from './devs/project.js';
import { type ConfigFunction, completeDraft, type FunctionDraft, type Overrides } from './function-draft.js';
import { mapAt } from './located.js';
import { ownDrafts } from './own-config.js';
import { type Problem, Problems, type Tell } from './problem.js';

export interface LoadOptions {
  /** An absolute path. */
  readonly file: string;
  /** An environment of Serverless Devs. */
  readonly envName?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The code folders by function name. */
  readonly codeFolders?: Readonly<Record<string, string>>;
  readonly overrides: Overrides;
}

export interface LoadedConfig {
  /** The functions in the order of the file. With errors, some functions are missing. */
  readonly functions: readonly ConfigFunction[];
  /** The problems in the order of the file. With an error that is not `usable`, the configuration cannot be served. */
  readonly problems: readonly Problem[];
}

/** Reads a configuration: a project of Serverless Devs, or `fc-affinity.yaml`. */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const problems = new Problems();
  const { tell } = problems;
  const functions: ConfigFunction[] = [];
  const names = new Set<string>();
  for (const draft of draftsOf(options, tell)) {
    const { functionName } = draft.input;
    if (names.has(functionName)) {
      const message = `the function ${JSON.stringify(functionName)} is given twice`;
      tell({ rule: 'same-name', level: 'error', message, at: draft.placeOf('functionName', '') });
    }
    names.add(functionName);
    const complete = completeDraft(draft, options.overrides, tell);
    if (complete !== undefined) functions.push(complete);
  }
  return { functions, problems: problems.all };
}

function draftsOf(options: LoadOptions, tell: Tell): FunctionDraft[] {
  const { file, envName, env, codeFolders = {} } = options;
  const files = new ConfigFiles(tell);
  if (/^fc-affinity\.(ya?ml|json)$/.test(basename(file))) {
    const own = files.values(file);
    if (own === undefined) return [];
    if (envName !== undefined) {
      const message = 'environments are for a project of Serverless Devs';
      tell({ rule: 'environment', level: 'error', message, at: own.at });
    }
    return ownDrafts(own, file, tell);
  }
  const project = resolveProject({ file, envName, env, files, tell });
  if (project === undefined) return [];
  tellPassedOver(project, file, tell);
  lintProjectKeys(mapAt(files.values(file), []) ?? project.content, lenient(tell));
  return project.resources.flatMap((resource) => {
    lintPropKeys(resource.key, resource.props, lenient(tell));
    lintProps(resource, lenient(tell));
    return functionOfProps(resource, { file, codeFolders, tell }) ?? [];
  });
}

/** Marks the errors that do not prevent serving. A misspelt key prevents it, because the correct key would change the function. */
function lenient(tell: Tell): Tell {
  return (problem) =>
    tell({ ...problem, isUsable: !(problem.rule === 'unknown-key' && problem.fix !== undefined) });
}

function tellPassedOver({ passedOver, resources }: ResolvedContent, file: string, tell: Tell): void {
  for (const { key, component, at } of passedOver) {
    const message =
      component === ''
        ? `the resource ${key} has no component`
        : `the resource ${key} is ignored: its component is ${component}, not fc3`;
    tell({ rule: 'passed-over', level: 'warning', message, at });
  }
  if (resources.length > 0) return;
  const message = `${basename(file)} has no function: no resource with the component fc3`;
  tell({ rule: 'no-function', level: 'error', message, at: { file, line: 1, column: 1 } });
}
