import type { Place } from './located.js';
import type { Rule } from './rules.js';

/** A mistake in a configuration, with its place. */
export interface Problem {
  readonly rule: Rule;
  /** `error` when the cloud, its tool or the emulator refuses the configuration. */
  readonly level: 'error' | 'warning';
  readonly message: string;
  readonly at: Place;
  /** Whether the emulator serves the function in spite of the error. */
  readonly isUsable?: boolean;
  /** The correct value. */
  readonly fix?: string | undefined;
}

export type Tell = (problem: Problem) => void;

/** A mistake in one value, thrown by code that does not know the place. */
export class Complaint extends Error {
  readonly rule: Rule;
  readonly fix: string | undefined;

  constructor(rule: Rule, message: string, fix?: string) {
    super(message);
    this.rule = rule;
    this.fix = fix;
  }
}

/** Problems in the order of their places, without duplicates. */
export class Problems {
  readonly #all = new Map<string, Problem>();

  readonly tell: Tell = (problem) => {
    const { file, line, column } = problem.at;
    const key = JSON.stringify([file, line, column, problem.rule, problem.message]);
    if (!this.#all.has(key)) this.#all.set(key, problem);
  };

  get all(): readonly Problem[] {
    const files = [...new Set([...this.#all.values()].map(({ at }) => at.file))];
    return [...this.#all.values()].sort(
      ({ at: a }, { at: b }) =>
        files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
    );
  }
}

/** @returns whether a configuration with this problem cannot be served */
export function blocks({ level, isUsable = false }: Problem): boolean {
  return level === 'error' && !isUsable;
}
