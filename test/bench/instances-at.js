import { MovableClock } from '../../dist/index.js';
import { BoundedLog } from '../../dist/runtime/instance-log.js';

/** Keeps nothing: where the weight of sessions is measured, and not that of logs. */
export const silentLog = () => ({
  lines: () => [],
  note() {},
  started() {},
  ended() {},
  follow: () => () => {},
});

/**
 * A driver whose instances are no processes: each is ready at once, at the same address.
 * @param {{ readonly host: string, readonly port: number }} address
 */
export function instancesAt(address, newLog = boundedLogs()) {
  return {
    start({ instanceId }) {
      let leave = () => {};
      const exited = new Promise((resolve) => {
        leave = () => resolve({ code: 0, signal: null, lastLines: [] });
      });
      return {
        instanceId,
        pid: undefined,
        ready: Promise.resolve(address),
        died: exited,
        exited,
        output: newLog(),
        async stop() {
          leave();
        },
      };
    },
  };
}

/**
 * The configuration with more slots an instance than Function Compute allows, so that sessions are measured and not connections.
 */
export function lifted(config, sessionConcurrencyPerInstance) {
  return {
    ...config,
    sessionAffinityConfig: { ...config.sessionAffinityConfig, sessionConcurrencyPerInstance },
  };
}

function boundedLogs() {
  const clock = new MovableClock();
  return () => new BoundedLog(clock);
}
