import type { Context } from './context.js';
import type { GivenTexts, OptionTable, Values } from './options/options.js';

/** What a command was given, read and checked. */
export interface Invocation<Table extends OptionTable> {
  readonly values: Values<Table>;
  /** The texts behind the values, as the user gave them. */
  readonly given: GivenTexts<Table>;
  readonly operands: readonly string[];
  /** The words before `--`, the name of the command among them. */
  readonly line: readonly string[];
  /** Everything after `--`, untouched; undefined without `--`. */
  readonly rest: readonly string[] | undefined;
  readonly debug: boolean;
  /** Of variables that nothing reads: already written, but where stderr takes JSON. */
  readonly warnings: readonly string[];
}

/** A command of the program: told to commander by program.ts, which alone knows it. */
export interface Command<Table extends OptionTable = OptionTable> {
  /** As commander spells them: `<id>`, `[id...]`. */
  readonly operands?: string;
  readonly options: Table;
  /** Paragraphs below the options. */
  readonly examples?: string;
  /** @returns the exit code, 0 when nothing is said */
  run(invocation: Invocation<Table>, context: Context): Promise<number> | Promise<void>;
}

export function command<Table extends OptionTable>(definition: Command<Table>): Command<Table> {
  return definition;
}
