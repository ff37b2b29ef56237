import { nearest } from '../../model/nearest.js';
import { longFlag, type OptionTable, variableOf } from './options.js';

/** Of the emulator's own doing, or of other commands: an emulator may be started from within a handler. */
const OTHERS = ['FC_AFFINITY_RUN', 'FC_AFFINITY_LISTEN_HOST', 'FC_AFFINITY_ENDPOINT', 'FC_AFFINITY_QUALIFIER']
  .concat([
    'FC_AFFINITY_OUTPUT',
    'FC_AFFINITY_JSON',
    'FC_AFFINITY_SUITE',
    'FC_AFFINITY_TARGET',
    'FC_AFFINITY_API',
  ])
  .concat(['FC_AFFINITY_INSTANCE_FROM', 'FC_AFFINITY_REPORTER', 'FC_AFFINITY_OUTPUT_FILE']);

/** @returns a sentence for each `FC_AFFINITY_…` variable that no option reads, with the nearest that one does */
export function unknownVariables(
  table: OptionTable,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const known = Object.values(table).map((option) => variableOf(longFlag(option)));
  return Object.keys(env)
    .filter((name) => name.startsWith('FC_AFFINITY_') && !known.includes(name) && !isOthers(name))
    .map((name) => {
      const meant = nearest(name, known);
      return `no option reads the variable ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    });
}

/** `exec` names the address of each function for its command, which may be an emulator. */
function isOthers(name: string): boolean {
  return OTHERS.includes(name) || /^FC_AFFINITY_URL(_|$)/.test(name);
}
