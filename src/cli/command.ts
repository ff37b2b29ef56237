import type { Context } from './context.js';
import type { GivenTexts, OptionTable, Values } from './options/options.js';

/** What the user gave to a command, read and checked. */
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

/** A command of the program; run.ts gives it to commander. */
export interface Command<Table extends OptionTable = OptionTable> {
  /** As commander spells them: `<id>`, `[id...]`. */
  readonly operands?: string;
  /** Behind the name in the first line of the help, where options and operands do not say it. */
  readonly usage?: string;
  readonly options: Table;
  /** Command lines with two spaces before them; they stand above the options. */
  readonly examples?: string;
  /** Paragraphs below the options. */
  readonly notes?: string;
  /** @returns the exit code; undefined means 0 */
  run(invocation: Invocation<Table>, context: Context): Promise<number> | Promise<void>;
}

export function command<Table extends OptionTable>(definition: Command<Table>): Command<Table> {
  return definition;
}

/** A command as the catalogue has it. */
export interface Leaf {
  readonly summary: string;
  /** Other words for the same command. */
  readonly aliases?: readonly string[];
  /** Loaded only when this command runs or prints its help. */
  readonly load: () => Promise<Command<OptionTable>>;
}

interface Group {
  readonly summary: string;
  readonly commands: Readonly<Record<string, Leaf>>;
  /** Runs when no subcommand is named. */
  readonly byDefault?: string;
}

export type Catalogue = Readonly<Record<string, Leaf | Group>>;
