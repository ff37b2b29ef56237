import type { Place } from './located.js';
import type { Rule } from './rules.js';

/** Something that is wrong with a configuration, and where. */
export interface Problem {
  readonly rule: Rule;
  /** `error`: the cloud, its tool or the emulator refuses it. */
  readonly level: 'error' | 'warning';
  readonly message: string;
  readonly at: Place;
  /** An error that the emulator can live with: it serves the function all the same. */
  readonly isUsable?: boolean;
  /** What to write instead. */
  readonly fix?: string | undefined;
}

export type Tell = (problem: Problem) => void;

/** What is wrong with one value, raised where no place is known. */
export class Complaint extends Error {
  readonly rule: Rule;
  readonly fix: string | undefined;

  constructor(rule: Rule, message: string, fix?: string) {
    super(message);
    this.rule = rule;
    this.fix = fix;
  }
}

/** Problems in the order of their places, each once. */
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
