import type { Catalogue, Leaf } from '../command.js';
import { HELP_TOPICS } from '../help-topics.js';
import { longFlag } from '../options/options.js';

interface Described {
  readonly text: string;
  readonly about: string;
}

export interface FlagCompletion extends Described {
  /** The value of the flag: none, one of these words, a path, or free text. */
  readonly value: 'none' | readonly string[] | 'path' | 'free';
}

/** The words that may follow a command. */
export interface Completions {
  /** The words of the command: `session create`; empty for the program. */
  readonly path: string;
  readonly words: readonly Described[];
  readonly flags: readonly FlagCompletion[];
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const HELP: FlagCompletion = { text: '--help', about: 'show this help', value: 'none' };

/** All commands and flags, from the catalogue and the option tables. */
export async function allCompletions(catalogue: Catalogue): Promise<readonly Completions[]> {
  const all: Completions[] = [];
  const commands = Object.entries(catalogue).map(([text, { summary }]) => ({ text, about: summary }));
  const version: FlagCompletion = { text: '--version', about: 'print the version', value: 'none' };
  all.push({ path: '', words: commands, flags: [HELP, version] });
  for (const [name, entry] of Object.entries(catalogue)) {
    if ('load' in entry) {
      all.push(await ofLeaf(name, entry, operandsOf(name, commands)));
      continue;
    }
    const leaves = Object.entries(entry.commands);
    const words = leaves.map(([text, { summary }]) => ({ text, about: summary }));
    const byDefault = entry.commands[entry.byDefault ?? ''];
    const { flags } = byDefault === undefined ? { flags: [HELP] } : await ofLeaf(name, byDefault);
    all.push({ path: name, words, flags });
    for (const [subname, leaf] of leaves) {
      for (const word of [subname, ...(leaf.aliases ?? [])]) all.push(await ofLeaf(`${name} ${word}`, leaf));
    }
  }
  return all;
}

function operandsOf(name: string, commands: readonly Described[]): readonly Described[] {
  if (name === 'completion') return SHELLS.map((text) => ({ text, about: `the script for ${text}` }));
  if (name !== 'help') return [];
  const topics = Object.keys(HELP_TOPICS).map((text) => ({ text, about: 'a topic' }));
  return [...commands.filter(({ text }) => text !== 'help'), ...topics];
}

async function ofLeaf(path: string, leaf: Leaf, words: readonly Described[] = []): Promise<Completions> {
  const { options } = await leaf.load();
  const flags = Object.values(options)
    .filter(({ hidden }) => !hidden)
    .map((option): FlagCompletion => {
      const takesValue = option.kind === 'value' || option.kind === 'list';
      const isPath = /<(file|dir|reporter=path)>/.test(option.flags);
      const value = !takesValue ? 'none' : isPath ? 'path' : (option.words ?? 'free');
      return { text: longFlag(option), about: option.help, value };
    });
  return { path, words, flags: [...flags, HELP] };
}
