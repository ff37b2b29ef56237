import type { AdmissionRequest, Assignment } from '../model/admission.js';
import type { SessionState } from '../model/console-events.js';
import type { Revision } from '../model/function.js';
import type { InstanceInfo } from '../model/instance.js';
import type { SessionService } from '../model/services.js';
import type { FunctionRunner } from './function-runner.js';

/** The runner of a function that is not ready. Requests and session operations wait until it is ready, or fail with its error. */
export class WaitingRunner implements FunctionRunner {
  readonly size = 0;
  readonly sessionCount = 0;
  readonly sessions: SessionService;
  readonly #ready: () => Promise<FunctionRunner>;

  /** @param ready rejects when the function has failed or is removed */
  constructor(ready: () => Promise<FunctionRunner>) {
    this.#ready = ready;
    const sessions = async (): Promise<SessionService> => (await ready()).sessions;
    this.sessions = {
      create: async (ref, input, options) => (await sessions()).create(ref, input, options),
      get: async (ref) => (await sessions()).get(ref),
      list: async (query) => (await sessions()).list(query),
      update: async (ref, input) => (await sessions()).update(ref, input),
      delete: async (ref) => (await sessions()).delete(ref),
      pause: async (ref) => (await sessions()).pause(ref),
      resume: async (ref, options) => (await sessions()).resume(ref, options),
    };
  }

  async admit(request: AdmissionRequest): Promise<Assignment> {
    return (await this.#ready()).admit(request);
  }

  async tryOut(revision: Revision, signal: AbortSignal): Promise<() => void> {
    return (await this.#ready()).tryOut(revision, signal);
  }

  deploy(): void {}
  keepMinimum(): void {}
  detach(): void {}
  async drain(): Promise<void> {}
  async remove(): Promise<void> {}
  async stop(): Promise<void> {}
  async kill(): Promise<void> {}
  async exited(): Promise<void> {}
  log(): undefined {}
  sessionState(): undefined {}
  instance(): undefined {}

  retireEmpty(): boolean {
    return false;
  }

  has(): boolean {
    return false;
  }

  sessionStates(): readonly SessionState[] {
    return [];
  }

  revisions(): readonly Revision[] {
    return [];
  }

  instances(): readonly InstanceInfo[] {
    return [];
  }

  endedInstances(): readonly InstanceInfo[] {
    return [];
  }
}
