import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Clock } from '../model/clock.js';
import type { FunctionConfig } from '../model/function.js';
import { listensOnLoopbackOnly } from '../system/listeners.js';
import { readSmallFile } from '../system/read-small-file.js';
import { wait } from '../system/wait.js';
import { argvOf } from './argv.js';
import type { ProcessGroup } from './process-group.js';

/** Looks when the first request has had its turn. */
const LATER_MS = 200;
/** A handler that reads it listens on loopback here and on every address in the cloud. */
const LISTEN_HOST = 'FC_AFFINITY_LISTEN_HOST';

/**
 * Looks whether Function Compute could not reach the handler: it connects from outside the instance (spec §8.1). The emulator connects
 * from this machine, so here the handler works.
 */
export async function listensWhereFcCannotReach(
  group: ProcessGroup,
  { clock, config }: { readonly clock: Clock; readonly config: FunctionConfig },
): Promise<boolean> {
  await wait(clock, LATER_MS);
  if (group.leaderGone || !listensOnLoopbackOnly(group.port, await group.processes())) return false;
  return !chosenByVariable(config);
}

function chosenByVariable(config: FunctionConfig): boolean {
  return argvOf(config).some((word) => {
    const file = resolve(config.codeDirectory, word);
    try {
      return statSync(file).isFile() && readSmallFile(file).includes(LISTEN_HOST);
    } catch {
      // There is no such file, or it is a program.
      return false;
    }
  });
}
