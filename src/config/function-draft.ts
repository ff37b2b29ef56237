import type { FunctionConfig } from '../model/function.js';
import { completeFunction } from '../model/function-config.js';
import type { FunctionInput } from '../model/function-input.js';
import { functionIssues } from '../model/function-rules.js';
import type { TriggerInput } from '../model/trigger-config.js';
import { brokenRule } from './broken-rule.js';
import type { Place } from './located.js';
import type { Tell } from './problem.js';

/** A trigger that a configuration gives to a function. */
export type ConfigTrigger = Omit<TriggerInput, 'functionName'>;

/** One function of a configuration, before it is checked as a whole. */
export interface FunctionDraft {
  readonly input: FunctionInput;
  readonly triggers: readonly ConfigTrigger[];
  /** @returns the place of a field in the file, for example of `sessionAffinityConfig.sessionTTLInSeconds` */
  readonly placeOf: (path: string, message: string) => Place;
  /** Rewrites a message of the API with the names of the file. */
  readonly words?: (message: string) => string;
}

export interface ConfigFunction {
  readonly config: FunctionConfig;
  readonly triggers: readonly ConfigTrigger[];
}

/** The changes of the command line to every function of the file. */
export interface Overrides {
  readonly input: Partial<FunctionInput>;
  readonly triggers: Partial<Pick<TriggerInput, 'authType' | 'customDomain'>>;
  /** @throws for an issue with a field that the command line gave */
  readonly refuse: (path: string, message: string) => void;
  /** Changes the function after file and command line are merged. */
  readonly adjust?: (input: FunctionInput) => FunctionInput;
}

/** @returns the function, or undefined after a problem was reported */
export function completeDraft(
  { input, triggers, placeOf, words = (message) => message }: FunctionDraft,
  overrides: Overrides,
  tell: Tell,
): ConfigFunction | undefined {
  const given = definedOf(overrides.input);
  const { adjust = (unchanged: FunctionInput) => unchanged } = overrides;
  const whole = adjust({
    ...input,
    ...given,
    sessionAffinityConfig: {
      ...input.sessionAffinityConfig,
      ...definedOf(given.sessionAffinityConfig ?? {}),
    },
    environmentVariables: { ...input.environmentVariables, ...given.environmentVariables },
  });
  const issues = functionIssues(whole);
  for (const issue of issues) {
    const { path, message } = issue;
    overrides.refuse(path, message);
    const { rule, fix } = brokenRule(issue);
    tell({
      rule,
      level: 'error',
      message: words(message),
      at: placeOf(path, message),
      fix: fix === undefined ? undefined : words(fix),
    });
  }
  if (issues.length > 0) return undefined;
  const config = completeFunction(whole);
  const changed = definedOf(overrides.triggers);
  return { config, triggers: triggers.map((trigger) => ({ ...trigger, ...changed })) };
}

/** Drops the options that were not given. */
function definedOf<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
