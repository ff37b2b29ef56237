import type { InstanceDriver } from '../../src/model/instance.js';
import { inProcessDriver } from './in-process-driver.js';

/**
 * A driver whose instances answer with a variable of the revision that they run, and with their ID in `X-Instance`.
 * @returns it, and the driver below it, which counts
 */
export function answersVariable(name: string): {
  readonly driver: InstanceDriver;
  readonly local: ReturnType<typeof inProcessDriver>;
} {
  const values = new Map<string, string | undefined>();
  const local = inProcessDriver((request, response, instanceId) => {
    request.resume();
    response.setHeader('X-Instance', instanceId);
    response.end(values.get(instanceId));
  });
  return {
    local,
    driver: {
      start(spec, signal) {
        values.set(spec.instanceId, spec.revision.config.environmentVariables[name]);
        return local.start(spec, signal);
      },
    },
  };
}
