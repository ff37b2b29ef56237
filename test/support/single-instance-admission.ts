import type { Admission, AdmissionRequest, Assignment } from '../../src/model/admission.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { Address } from '../../src/model/instance.js';

/** An assignment as a test sees it. */
export interface ObservedAssignment {
  readonly requestId: string;
  readonly identity: AdmissionRequest['identity'];
  /** What it was left with, each time: once, if all is well. */
  readonly left: { readonly answered: boolean }[];
  readonly retried: ('reset' | 'refused')[];
}

export interface SingleInstanceAdmission extends Admission {
  readonly assignments: readonly ObservedAssignment[];
  /** Visits that have not been left. */
  readonly staying: number;
}

/**
 * Sends everybody to one address. Each request that is not known by its ID opens a session of that name or of a made-up one.
 * @param address asked anew for each try, so that an instance may be replaced
 */
export function singleInstanceAdmission(
  address: () => Address | Promise<Address>,
  { sessionTTLInSeconds = 21600 }: { sessionTTLInSeconds?: number } = {},
): SingleInstanceAdmission {
  const assignments: ObservedAssignment[] = [];
  const known = new Set<string>();
  let staying = 0;
  let sessions = 0;

  const assignment = async (request: AdmissionRequest, observed: ObservedAssignment): Promise<Assignment> => {
    const { identity, requestId, qualifier } = request;
    const named =
      identity.kind === 'session' && (known.has(identity.sessionId) || identity.whenUnknown === 'create');
    const sessionId =
      identity.kind === 'none'
        ? undefined
        : named
          ? identity.sessionId
          : `00000000-0000-4000-a000-${String(++sessions).padStart(12, '0')}`;
    const opened = sessionId !== undefined && !known.has(sessionId);
    staying += 1;
    const to = await address();
    const terms = {
      functionName: 'hello',
      qualifier,
      sessionAffinityType: 'GENERATED_COOKIE',
      sessionTTLInSeconds,
      sessionIdleTimeoutInSeconds: 1800,
      disableSessionIdReuse: false,
    } as const;
    const stay = (isOpened: boolean): Assignment => ({
      requestId,
      instanceId: `c-${to.port}`,
      address: to,
      revision: { versionId: '0', config: completeFunction({ functionName: 'hello', command: ['node'] }) },
      pid: undefined,
      log: undefined,
      session: sessionId === undefined ? undefined : { sessionId, terms },
      opened: isOpened,
      generated: isOpened && !named,
      exit: async () => undefined,
      decision: {
        placement: 'first-fit',
        instanceId: `c-${to.port}`,
        session: isOpened ? 'opened' : 'known',
        sessionId,
      },
      awaitsSession: false,
      learn: () => {},
      addHint: () => {},
      endSession: () => {},
      async retry(reason) {
        staying -= 1;
        observed.retried.push(reason);
        return assignment(request, observed);
      },
      release(outcome) {
        staying -= 1;
        observed.left.push(outcome);
        if (outcome.answered && sessionId !== undefined) known.add(sessionId);
      },
    });
    return stay(opened);
  };

  return {
    assignments,
    get staying() {
      return staying;
    },
    admit(request) {
      const observed: ObservedAssignment = {
        requestId: request.requestId,
        identity: request.identity,
        left: [],
        retried: [],
      };
      assignments.push(observed);
      return assignment(request, observed);
    },
  };
}
