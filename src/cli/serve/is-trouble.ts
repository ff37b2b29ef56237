import type { RequestRecord } from '../../model/request-record.js';

/** What even `--quiet` tells: the emulator could not do what it is there for. */
export function isTrouble({ outcome, status }: RequestRecord): boolean {
  return outcome === 'broken' || (outcome === 'refused' && status >= 500);
}
