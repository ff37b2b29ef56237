import { readdirSync } from 'node:fs';
import { strategyOf } from '../../dist/affinity/strategy-of.js';
import { createRoute } from '../../dist/gateway/create-route.js';
import { createGateway } from '../../dist/gateway/gateway.js';
import { MovableClock } from '../../dist/model/clock.js';
import { HTTP_METHODS } from '../../dist/model/function.js';
import { completeFunction } from '../../dist/model/function-config.js';
import { createHostRule } from '../../dist/model/host-rule.js';
import { createIds } from '../../dist/model/ids.js';

// A gateway in a process of its own, whose descriptors and memory can be counted. Its instance listens at the port that is given.

const address = { host: '127.0.0.1', port: Number(process.argv[2]) };
const clock = new MovableClock();
const config = completeFunction({ functionName: 'hello', command: ['elsewhere'], timeout: 600 });

/** Takes every request. */
const admission = {
  async admit({ requestId }) {
    return {
      requestId,
      instanceId: 'c-1',
      address,
      session: undefined,
      opened: false,
      generated: false,
      decision: { placement: 'round-robin', instanceId: 'c-1', session: 'none' },
      retry: () => Promise.reject(new Error('the instance must not fail')),
      release() {},
    };
  },
};

const { createListener } = createGateway({
  clock,
  sessionClock: clock,
  ids: createIds(clock),
  hostVerdict: createHostRule([]),
  onRecord() {},
});
const route = createRoute({
  trigger: { functionName: 'hello', qualifier: 'LATEST', methods: HTTP_METHODS, customDomain: false },
  config,
  admission,
  affinity: strategyOf(config),
});
const listener = createListener(() => route);
listener.server.listen(0, '127.0.0.1', () => process.send({ port: listener.server.address().port }));

const descriptors = () => readdirSync('/proc/self/fd').length;

/** Tells when there are at most so many descriptors, or after 10 s that there are not. */
function tellWhenAtMost(most, deadline = monotonicMs() + 10_000) {
  const now = descriptors();
  const at = monotonicMs();
  if (now <= most || at > deadline) process.send({ descriptors: now, at });
  else setTimeout(tellWhenAtMost, 5, most, deadline);
}

function monotonicMs() {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

process.on('message', ({ clean, atMost }) => {
  if (atMost !== undefined) {
    tellWhenAtMost(atMost);
    return;
  }
  if (clean) globalThis.gc();
  process.send({
    inFlight: listener.inFlight,
    descriptors: descriptors(),
    resident: process.memoryUsage.rss(),
  });
});
