import type { Command } from 'commander';

/** A text of the user, and the name of its flag or variable. Error messages begin with that name. */
export interface Given {
  readonly text: string;
  readonly name: string;
}

/** One option of a command: its spelling, its help and its meaning. */
export interface Option<T> {
  /** The flags in commander's form: `--port <n>`, `-q, --quiet`. */
  readonly flags: string;
  readonly help: string;
  /** The help of `--no-x`. Default: `not` and the help. */
  readonly helpOff?: string | undefined;
  readonly kind: 'value' | 'list' | 'switch' | 'toggle';
  /** Whether a variable `FC_AFFINITY_…` may give the option. False for an option of one operation, for example a session ID. */
  readonly fromEnvironment: boolean;
  readonly hidden?: boolean;
  /** The heading of the option in the help. */
  readonly group?: string;
  /** The allowed words, for an option with a few words. */
  readonly words?: readonly string[];
  /** @returns the value, or the default when no text is given. @throws UsageError */
  read(given: readonly Given[]): T;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;
export type Values<Table extends OptionTable> = {
  readonly [Key in keyof Table]: Table[Key] extends Option<infer T> ? T : never;
};

/** The last given text of each option, for error messages. */
export type GivenTexts<Table extends OptionTable = OptionTable> = {
  readonly [Key in keyof Table]?: Given | undefined;
};

/** @returns the options, listed under a heading */
export function grouped<Table extends OptionTable>(group: string, table: Table): Table {
  const all = Object.entries(table).map(([key, option]) => [key, { ...option, group }]);
  // The same keys and kinds as before.
  return Object.fromEntries(all) as Table;
}

/** Adds the options of a table to a command; values stay texts until {@link readOptions}. */
export function addOptions(command: Command, table: OptionTable): void {
  for (const option of Object.values(table)) {
    const made = command.createOption(option.flags, option.help);
    // Otherwise commander reads --no-function as the opposite of --function, and sets that to true.
    if (option.kind === 'switch') made.negate = false;
    if (option.hidden) made.hideHelp();
    if (option.group !== undefined) made.helpGroup(option.group);
    if (option.kind === 'list')
      made.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]);
    command.addOption(made);
    if (option.kind === 'toggle')
      command.addOption(
        command.createOption(option.flags.replace('--', '--no-'), option.helpOff ?? `not ${option.help}`),
      );
  }
}

/**
 * A flag wins over a variable, and a variable wins over the default.
 * @param parsed the texts from commander
 * @throws UsageError naming the flag or the variable
 */
export function readOptions<Table extends OptionTable>(
  table: Table,
  parsed: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): { readonly values: Values<Table>; readonly given: GivenTexts<Table> } {
  const values: Record<string, unknown> = {};
  const given: Record<string, Given | undefined> = {};
  for (const [key, option] of Object.entries(table)) {
    const flag = longFlag(option);
    const onLine = texts(parsed[attribute(flag)]).map((text) => ({ text, name: flag }));
    const all = onLine.length > 0 ? onLine : fromEnvironment(option, flag, env);
    values[key] = option.read(all);
    given[key] = all.at(-1);
  }
  // Each option has turned its text into a value of its own type.
  return { values: values as Values<Table>, given: given as GivenTexts<Table> };
}

/** @returns `FC_AFFINITY_SESSIONS_PER_INSTANCE` for `--sessions-per-instance` */
export function variableOf(flag: string): string {
  return `FC_AFFINITY_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`;
}

export function longFlag(option: Option<unknown>): string {
  return /--[a-z-]+/.exec(option.flags)?.[0] ?? option.flags;
}

function fromEnvironment(
  option: Option<unknown>,
  flag: string,
  env: Readonly<Record<string, string | undefined>>,
): Given[] {
  const name = variableOf(flag);
  const text = env[name];
  if (!option.fromEnvironment || text === undefined || text === '') return [];
  if (option.kind !== 'list') return [{ text, name }];
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ text: line, name }));
}

/** @returns commander's key of a flag: `apiPort` for `--api-port` */
function attribute(flag: string): string {
  return flag.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function texts(raw: unknown): string[] {
  if (raw === undefined) return [];
  return Array.isArray(raw) ? raw.map(String) : [String(raw)];
}
