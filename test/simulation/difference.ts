import { LATEST } from '../../src/model/function.js';
import { idleTimeoutInForce } from '../../src/model/session.js';
import type { Core } from './core.js';
import type { ReferenceModel } from './reference-model.js';

/** @returns the first thing that the core and the model show differently, or nothing */
export function difference(core: Core, model: ReferenceModel): string | undefined {
  // Instances first: reading a session ends it when it has expired, and its slot must be free without that.
  const counted = model.running;
  let at = 0;
  for (const instance of core.running) {
    const due = counted[at++];
    const same =
      instance.instanceId === due?.name &&
      instance.state === due.state &&
      instance.sessions === due.sessions &&
      instance.inFlight === due.load;
    if (!same) {
      const { instanceId, state, sessions, inFlight } = instance;
      return `the core shows ${JSON.stringify({ instanceId, state, sessions, inFlight })}, the model ${JSON.stringify(due)}`;
    }
  }
  if (at !== counted.length) return `the core has no instance ${counted[at]?.name}`;

  at = 0;
  for (const entry of core.table.after(0, LATEST)) {
    const due = model.sessions[at++];
    if (due === undefined) return `the model has no session ${entry.sessionId} (${entry.sessionStatus})`;
    const { terms } = entry;
    const same =
      entry.sessionId === due.id &&
      entry.sessionStatus === due.status &&
      entry.containerId === due.container &&
      entry.inFlight === due.load &&
      entry.createdAt === due.created &&
      terms.sessionTTLInSeconds === due.ttl &&
      idleTimeoutInForce(terms) === Math.min(due.idle, due.ttl) &&
      terms.disableSessionIdReuse === due.ban &&
      entry.endsAt === model.endOf(due);
    if (!same) return `the core shows ${JSON.stringify(entry.toSession())}, the model ${JSON.stringify(due)}`;
  }
  return at === model.sessions.length ? undefined : `the core has no session ${model.sessions[at]?.id}`;
}
