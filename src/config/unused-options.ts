import type { SessionAffinityType } from '../model/function.js';
import { OPTION_OF } from './function-words.js';

/** Options that only some kinds of affinity use. */
interface AffinityOptions {
  readonly headerName?: unknown;
  readonly ssePath?: unknown;
  readonly ttl?: unknown;
  readonly idle?: unknown;
  readonly disableSessionIdReuse?: unknown;
  readonly instanceConcurrency?: unknown;
}

export interface UnusedOption {
  readonly option: keyof AffinityOptions;
  /** The affinities that use the option. */
  readonly users: readonly SessionAffinityType[];
  /** The affinity of the function, in the word of the command line. */
  readonly affinity: string;
}

const WORD_OF = {
  GENERATED_COOKIE: 'cookie',
  HEADER_FIELD: 'header',
  MCP_STREAMABLE: 'mcp-streamable',
  MCP_SSE: 'mcp-sse',
  NONE: 'none',
} as const satisfies Record<SessionAffinityType, string>;

const USERS: Readonly<Record<keyof AffinityOptions, readonly SessionAffinityType[]>> = {
  headerName: ['HEADER_FIELD'],
  ssePath: ['MCP_SSE'],
  ttl: ['GENERATED_COOKIE', 'HEADER_FIELD', 'MCP_STREAMABLE'],
  idle: ['GENERATED_COOKIE', 'HEADER_FIELD', 'MCP_STREAMABLE'],
  disableSessionIdReuse: ['GENERATED_COOKIE', 'HEADER_FIELD'],
  instanceConcurrency: ['NONE'],
};

/** @returns the affinities that use a field of `sessionAffinityConfig`; undefined when all of them use it */
export function usersOfField(field: string): readonly string[] | undefined {
  const option = field === 'disableSessionIdReuse' ? field : OPTION_OF[field];
  return Object.entries(USERS).find(([one]) => one === option)?.[1];
}

/** Without affinity Function Compute ignores these (spec §1.1). */
const IGNORED_BY_NONE: ReadonlySet<string> = new Set(['ttl', 'idle', 'disableSessionIdReuse']);

/** @returns the options that are given although the affinity does not use them; `false` counts as not given */
export function unusedOptions(affinity: SessionAffinityType, given: AffinityOptions): UnusedOption[] {
  return (Object.keys(USERS) as (keyof AffinityOptions)[])
    .filter((option) => given[option] !== undefined && given[option] !== false)
    .filter((option) => !USERS[option].includes(affinity))
    .filter((option) => !(affinity === 'NONE' && IGNORED_BY_NONE.has(option)))
    .map((option) => ({ option, users: USERS[option], affinity: WORD_OF[affinity] }));
}

/**
 * @param option as the user writes the option
 * @param affinityOf writes affinities as the user writes them, from words such as `cookie`
 */
export function unusedMessage(
  { users, affinity }: UnusedOption,
  option: string,
  affinityOf: (words: readonly string[]) => string,
): string {
  return users.length > 2
    ? `${option} is not for ${affinityOf([affinity])}`
    : `${option} is only for ${affinityOf(users.map((user) => WORD_OF[user]))}`;
}
