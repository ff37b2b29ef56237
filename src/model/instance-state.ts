import type { InstanceState } from './console-events.js';
import type { InstanceInfo } from './instance.js';

const STATES = {
  Starting: 'starting',
  Running: 'ready',
  Destroying: 'draining',
  Destroyed: 'ended',
} as const satisfies Record<InstanceInfo['status'], InstanceState['state']>;

/** @returns the instance as the console shows it */
export function instanceState(info: InstanceInfo): InstanceState {
  const { url, sessions } = info;
  return {
    instanceId: info.instanceId,
    functionName: info.functionName,
    qualifier: info.qualifier,
    pid: info.pid ?? null,
    port: url === undefined ? null : Number(new URL(url).port),
    state: STATES[info.status],
    startedAt: info.createdTimeMs,
    readyAt: info.readyTimeMs ?? null,
    slots: info.slots,
    slotsTaken: sessions,
    inFlight: info.inFlight,
    revision: info.revision,
  };
}
