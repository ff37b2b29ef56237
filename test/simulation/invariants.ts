import { LATEST } from '../../src/model/function.js';
import type { Core } from './core.js';

/** @returns the first of the invariants I2–I13 that does not hold, or nothing */
export function brokenInvariant(core: Core): string | undefined {
  const { placesEach, requestsEach, maxInstances } = core.settings;
  const load = new Map<string, number>();
  for (const { stay, isOut } of core.stays.values()) {
    if (!isOut) load.set(stay.instance.instanceId, (load.get(stay.instance.instanceId) ?? 0) + 1);
  }
  const bound = new Map<string, number>();
  for (const seat of core.lives.after(0, LATEST)) {
    if (seat.sessionStatus !== 'Expired' && seat.endsAt <= core.now)
      return `I12: ${seat.sessionId} is usable after its end`;
    if (seat.sessionStatus === 'Expired' && seat.endedAt > core.now)
      return `I13: ${seat.sessionId} ended early`;
    if (seat.sessionStatus === 'Expired' && seat.instance !== undefined)
      return `I9: ${seat.sessionId} is expired and holds a place`;
    if (seat.sessionStatus === 'Paused' && seat.instance !== undefined)
      return `I9: ${seat.sessionId} is paused and holds a place`;
    if (seat.inFlight < 0) return `I11: ${seat.sessionId} has ${seat.inFlight} in flight`;
    if (seat.instance?.state === 'starting' || seat.instance?.state === 'ready') {
      bound.set(seat.instance.instanceId, (bound.get(seat.instance.instanceId) ?? 0) + 1);
    }
  }
  let counted = 0;
  for (const instance of core.pool.instances) {
    counted++;
    const { instanceId, sessions, inFlight } = instance;
    if (sessions < 0 || sessions > placesEach)
      return `I7: ${instanceId} has ${sessions} of ${placesEach} places taken`;
    if (inFlight < 0 || inFlight > requestsEach)
      return `I8: ${instanceId} has ${inFlight} of ${requestsEach} in flight`;
    if (sessions !== (bound.get(instanceId) ?? 0))
      return `I9: ${instanceId} counts ${sessions} sessions and has ${bound.get(instanceId) ?? 0}`;
    if (inFlight !== (load.get(instanceId) ?? 0))
      return `I11: ${instanceId} counts ${inFlight} requests and has ${load.get(instanceId) ?? 0}`;
  }
  if (counted > maxInstances) return `I9: ${counted} instances with a ceiling of ${maxInstances}`;
  if (core.needlessStarts.length > 0) return `I10: ${core.needlessStarts[0]}`;
  return undefined;
}
