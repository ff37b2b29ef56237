import { FcError, isErrorCode } from '../model/errors.js';
import type { ControlPlane, Progress, ServedFunction } from '../model/services.js';
import { wait } from '../system/wait.js';
import type { Context } from './context.js';

const LOOK_INTERVAL_MS = 100;

/**
 * Waits until a created or updated function is ready.
 * @throws the error of its code or its command
 */
export async function settledFunction(
  functionName: string,
  { functions }: Pick<ControlPlane, 'functions'>,
  { clock }: Context,
): Promise<ServedFunction> {
  for (;;) {
    const served = await functions.get({ functionName });
    const { progress, lastUpdate } = served;
    if (progress.state === 'Failed') throw failureOf(progress);
    if (lastUpdate.state === 'Failed') throw failureOf(lastUpdate);
    if (progress.state === 'Active' && lastUpdate.state === 'Successful') return served;
    await wait(clock, LOOK_INTERVAL_MS, { keepAlive: true });
  }
}

function failureOf({ reason = '', reasonCode = '', fix }: Progress<string>): FcError {
  const code = isErrorCode(reasonCode) ? reasonCode : 'FunctionNotStarted';
  return new FcError(code, reason, fix === undefined ? {} : { fix });
}
