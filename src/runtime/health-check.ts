import type { Clock } from '../model/clock.js';
import { messageOf } from '../model/errors.js';
import type { HealthCheckConfig } from '../model/function.js';
import type { Address } from '../model/instance.js';
import { wait } from '../system/wait.js';
import { callInstance } from './call-instance.js';

interface HealthContext {
  readonly address: Address;
  /** The process clock. */
  readonly clock: Clock;
  /** Ends the checks. */
  readonly signal: AbortSignal;
}

/**
 * Waits until an instance that listens is healthy: so many checks in a row succeed (spec §8.7). Nothing limits the wait but the signal.
 * @param startedAt when the instance was started, from which the delay of the first check counts
 * @param onFailure receives the reason of each failed check
 * @throws the reason of the signal when it is aborted
 */
export async function untilHealthy(
  config: HealthCheckConfig,
  { startedAt, onFailure }: { readonly startedAt: number; readonly onFailure: (why: string) => void },
  context: HealthContext,
): Promise<void> {
  const { clock, signal } = context;
  await wait(clock, startedAt + config.initialDelaySeconds * 1000 - clock.now(), { signal });
  for (let successes = 0; ; ) {
    signal.throwIfAborted();
    const failure = await failureOf(config, context);
    signal.throwIfAborted();
    if (failure === undefined) successes += 1;
    else {
      successes = 0;
      onFailure(failure);
    }
    if (successes >= config.successThreshold) return;
    await wait(clock, config.periodSeconds * 1000, { signal });
  }
}

/**
 * Checks an instance once in each period.
 * @returns the last failure, after `failureThreshold` failed checks in a row; undefined when the signal ended the checks
 */
export async function untilUnhealthy(
  config: HealthCheckConfig,
  context: HealthContext,
): Promise<string | undefined> {
  const { clock, signal } = context;
  for (let failures = 0; ; ) {
    await wait(clock, config.periodSeconds * 1000, { signal });
    if (signal.aborted) return undefined;
    const failure = await failureOf(config, context);
    if (signal.aborted) return undefined;
    failures = failure === undefined ? 0 : failures + 1;
    if (failure !== undefined && failures >= config.failureThreshold) return failure;
  }
}

async function failureOf(
  { httpGetUrl, timeoutSeconds }: HealthCheckConfig,
  { address, clock, signal }: HealthContext,
): Promise<string | undefined> {
  const what = `GET ${httpGetUrl}`;
  const call = { method: 'GET', path: httpGetUrl, headers: [], timeoutInSeconds: timeoutSeconds } as const;
  try {
    const { status } = await callInstance(address, call, { clock, signal });
    return status >= 200 && status <= 399 ? undefined : `${what} was answered with status ${status}`;
  } catch (error) {
    return `${what} ${messageOf(error)}`;
  }
}
