import { completeFunction, startEmulator } from '../../../dist/index.js';
import { answerParent } from '../child.js';
import { instancesAt } from '../instances-at.js';

// The whole emulator, all checks on, in front of one address: every instance is the same server.

await answerParent(async ({ upstream, places = 200 }) => {
  const config = completeFunction({
    functionName: 'bench',
    command: ['none'],
    sessionAffinity: 'GENERATED_COOKIE',
    maxInstances: 32_768,
    sessionAffinityConfig: { sessionConcurrencyPerInstance: places },
    timeout: 60,
  });
  const emulator = await startEmulator({
    functions: [{ config }],
    driver: instancesAt({ host: '127.0.0.1', port: upstream }),
  });
  const [{ url }] = emulator.functions;
  return {
    ready: { port: Number(new URL(url).port), api: emulator.api },
    answers: {
      /** Opens so many sessions, without the way through the gateway. */
      async fill(count) {
        const ids = [];
        while (ids.length < count) {
          const { sessionId } = await emulator.control.sessions.create({ functionName: 'bench' }, {});
          ids.push(sessionId);
        }
        return ids;
      },
      memory: () => {
        globalThis.gc?.();
        return process.memoryUsage();
      },
    },
    stop: () => emulator.stopNow(),
  };
});
