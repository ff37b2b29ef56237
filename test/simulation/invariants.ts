import { LATEST } from '../../src/model/function.js';
import { type Core, limitsOf } from './core.js';

/** @returns the first of the invariants I2–I13 that does not hold, or nothing */
export function brokenInvariant(core: Core): string | undefined {
  const { maxInstances } = core.settings;
  const load = new Map<string, number>();
  const bound = new Map<string, number>();
  for (const { binding, isOut } of core.bindings.values()) {
    const { instance, reservesSlot } = binding;
    if (!isOut) load.set(instance.instanceId, (load.get(instance.instanceId) ?? 0) + 1);
    if (reservesSlot) bound.set(instance.instanceId, (bound.get(instance.instanceId) ?? 0) + 1);
  }
  for (const entry of core.table.after(0, LATEST)) {
    if (entry.sessionStatus !== 'Expired' && entry.endsAt <= core.now)
      return `I12: ${entry.sessionId} is usable after its end`;
    if (entry.sessionStatus === 'Expired' && entry.endedAt > core.now)
      return `I13: ${entry.sessionId} ended early`;
    if (entry.sessionStatus === 'Expired' && entry.instance !== undefined)
      return `I9: ${entry.sessionId} is expired and holds a slot`;
    if (entry.sessionStatus === 'Paused' && entry.instance !== undefined)
      return `I9: ${entry.sessionId} is paused and holds a slot`;
    if (entry.inFlight < 0) return `I11: ${entry.sessionId} has ${entry.inFlight} in flight`;
    if (entry.instance?.state === 'starting' || entry.instance?.state === 'ready') {
      bound.set(entry.instance.instanceId, (bound.get(entry.instance.instanceId) ?? 0) + 1);
    }
  }
  for (const instance of core.running) {
    const { slotsEach, requestsEach } = limitsOf(instance);
    const { instanceId, sessions, inFlight } = instance;
    if (sessions < 0 || sessions > slotsEach)
      return `I7: ${instanceId} has ${sessions} of ${slotsEach} slots taken`;
    if (inFlight < 0 || inFlight > requestsEach)
      return `I8: ${instanceId} has ${inFlight} of ${requestsEach} in flight`;
    if (sessions !== (bound.get(instanceId) ?? 0))
      return `I9: ${instanceId} counts ${sessions} slots and has ${bound.get(instanceId) ?? 0}`;
    if (inFlight !== (load.get(instanceId) ?? 0))
      return `I11: ${instanceId} counts ${inFlight} requests and has ${load.get(instanceId) ?? 0}`;
  }
  for (const { size } of core.draining) if (size > maxInstances) return `I9: ${size} instances drain`;
  const { size: counted } = core.pool;
  if (counted > maxInstances) return `I9: ${counted} instances with a ceiling of ${maxInstances}`;
  if (core.needlessStarts.length > 0) return `I10: ${core.needlessStarts[0]}`;
  return undefined;
}
