import { nearest } from '../../model/nearest.js';
import { CATALOGUE } from '../catalogue.js';
import type { Leaf } from '../command.js';
import { longFlag, type OptionTable, variableOf } from './options.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Variables that the emulator sets for handlers, and `exec` for its command. Both may start another emulator. */
const SET_BY_THE_EMULATOR =
  /^FC_AFFINITY_(RUN|LISTEN_HOST|SHIFT_PORT|INSPECT_PORT|ENDPOINT|API|URL|URL_\w+)$/;

/**
 * @param table the options of the running command
 * @returns a sentence for each `FC_AFFINITY_…` variable that no command reads, with the nearest known variable
 */
export async function unknownVariables(table: OptionTable, env: Env): Promise<string[]> {
  const own = variablesOf(table);
  const others = Object.keys(env).filter(
    (name) => name.startsWith('FC_AFFINITY_') && !own.includes(name) && !SET_BY_THE_EMULATOR.test(name),
  );
  if (others.length === 0) return [];
  const known = await everyVariable();
  return others
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = nearest(name, known);
      return `no option reads the variable ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    });
}

/** Loads every command, which takes time. Called only for a variable that the current command does not read. */
async function everyVariable(): Promise<string[]> {
  const leaves = Object.values(CATALOGUE).flatMap((entry): Leaf[] =>
    'load' in entry ? [entry] : Object.values(entry.commands),
  );
  const commands = await Promise.all(leaves.map((leaf) => leaf.load()));
  return [...new Set(commands.flatMap(({ options }) => variablesOf(options)))];
}

function variablesOf(table: OptionTable): string[] {
  return Object.values(table)
    .filter(({ fromEnvironment }) => fromEnvironment)
    .map((option) => variableOf(longFlag(option)));
}
