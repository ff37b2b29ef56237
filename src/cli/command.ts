import type { Context } from './context.js';
import type { GivenTexts, OptionTable, Values } from './options/options.js';

/** The checked words of the user for a command. */
export interface Invocation<Table extends OptionTable> {
  readonly values: Values<Table>;
  /** The texts of the values, as the user wrote them. */
  readonly given: GivenTexts<Table>;
  readonly operands: readonly string[];
  /** The words before `--`, with the name of the command. */
  readonly line: readonly string[];
  /** The unchanged words after `--`; undefined without `--`. */
  readonly rest: readonly string[] | undefined;
  readonly debug: boolean;
  /** Warnings about unknown variables. They are already printed, except with a JSON log. */
  readonly warnings: readonly string[];
}

/** A command of the program. run.ts registers it with commander. */
export interface Command<Table extends OptionTable = OptionTable> {
  /** The operands in commander's form: `<id>`, `[id...]`. */
  readonly operands?: string;
  /** The text after the name in the first line of the help, if options and operands are not enough. */
  readonly usage?: string;
  readonly options: Table;
  /** Command lines that are indented by two spaces. The help shows them above the options. */
  readonly examples?: string;
  /** Paragraphs below the options. */
  readonly notes?: string;
  /** @returns the exit code; undefined means 0 */
  run(invocation: Invocation<Table>, context: Context): Promise<number> | Promise<void>;
}

export function command<Table extends OptionTable>(definition: Command<Table>): Command<Table> {
  return definition;
}

/** A command in the catalogue. */
export interface Leaf {
  readonly summary: string;
  /** Other names of the command. */
  readonly aliases?: readonly string[];
  /** Loads the command when it runs or prints its help. */
  readonly load: () => Promise<Command<OptionTable>>;
}

interface Group {
  readonly summary: string;
  readonly commands: Readonly<Record<string, Leaf>>;
  /** The subcommand to run when none is named. */
  readonly byDefault?: string;
}

export type Catalogue = Readonly<Record<string, Leaf | Group>>;
