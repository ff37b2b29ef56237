import { basename } from 'node:path';
import { ConfigFiles } from './config-files.js';
import type { DevsResource } from './devs/content.js';
import { functionOfProps } from './devs/fc3-function.js';
import { resolveProject } from './devs/project.js';
import { type ConfigFunction, completeDraft, type FunctionDraft, type Overrides } from './function-draft.js';
import { type Problem, Problems, type Tell } from './problem.js';

export interface LoadOptions {
  /** An absolute path. */
  readonly file: string;
  /** An environment of Serverless Devs. */
  readonly envName?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the code of a function is, by the name of the function. */
  readonly codeFolders?: Readonly<Record<string, string>>;
  readonly overrides: Overrides;
}

export interface LoadedConfig {
  /** In the order of the file. Fewer than the file has when there are errors. */
  readonly functions: readonly ConfigFunction[];
  /** In the order of the file. With an error the configuration cannot be used. */
  readonly problems: readonly Problem[];
}

/** Reads a configuration: a project of Serverless Devs. */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const problems = new Problems();
  const { tell } = problems;
  const drafts = draftsOf(options, tell);
  const functions: ConfigFunction[] = [];
  const names = new Set<string>();
  for (const draft of drafts) {
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

function draftsOf({ file, envName, env, codeFolders = {} }: LoadOptions, tell: Tell): FunctionDraft[] {
  const files = new ConfigFiles(tell);
  const project = resolveProject({ file, envName, env, files, tell });
  if (project === undefined) return [];
  for (const { key, component, at } of project.passedOver) {
    const message =
      component === ''
        ? `the resource ${key} has no component`
        : `the resource ${key} is passed over: its component is ${component}, not fc3`;
    tell({ rule: 'passed-over', level: 'warning', message, at });
  }
  if (project.resources.length === 0)
    tell({
      rule: 'no-function',
      level: 'error',
      message: `${basename(file)} has no function: no resource with the component fc3`,
      at: { file, line: 1, column: 1 },
    });
  return project.resources.flatMap((resource: DevsResource) => {
    return functionOfProps(resource, { file, codeFolders, tell }) ?? [];
  });
}
