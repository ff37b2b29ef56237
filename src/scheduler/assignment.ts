import type { AssignedSession, Assignment, Decision } from '../model/admission.js';
import type { Revision } from '../model/function.js';
import type { Hint } from '../model/hint.js';
import type { Address, Exit, Instance, InstanceLog } from '../model/instance.js';
import type { Binder, Binding } from './binder.js';
import type { Fleet } from './fleet.js';

/** What the assignments of one scheduler share. */
export interface AssignmentContext {
  readonly binder: Pick<Binder, 'learn' | 'endSession' | 'addHint' | 'release'>;
  readonly fleet: Pick<Fleet, 'running' | 'log' | 'deathOf'>;
  readonly retry: (
    binding: Binding,
    request: { readonly requestId: string; readonly qualifier: string; readonly reason: 'reset' | 'refused' },
  ) => Promise<Assignment>;
}

interface AssignmentParts {
  readonly requestId: string;
  readonly qualifier: string;
  readonly binding: Binding;
  readonly address: Address;
}

/** A request's hold on an instance that is ready. The instance's log shows it between two platform lines, as on FC. */
export class BoundAssignment implements Assignment {
  readonly requestId: string;
  readonly address: Address;
  readonly log: InstanceLog | undefined;
  readonly #qualifier: string;
  readonly #binding: Binding;
  /** Undefined when the instance ended meanwhile. */
  readonly #instance: Instance | undefined;
  readonly #context: AssignmentContext;
  #isOver = false;

  constructor({ requestId, qualifier, binding, address }: AssignmentParts, context: AssignmentContext) {
    this.requestId = requestId;
    this.address = address;
    this.#qualifier = qualifier;
    this.#binding = binding;
    this.#context = context;
    this.#instance = context.fleet.running(this.instanceId);
    this.log = context.fleet.log(this.instanceId);
    this.log?.started('Invoke', requestId);
  }

  get instanceId(): string {
    return this.#binding.instance.instanceId;
  }

  get revision(): Revision {
    return this.#binding.instance.pool.revision;
  }

  get pid(): number | undefined {
    return this.#instance?.pid;
  }

  get session(): AssignedSession | undefined {
    return this.#binding.entry;
  }

  get opened(): boolean {
    return this.#binding.opened;
  }

  get generated(): boolean {
    return this.#binding.generated;
  }

  get decision(): Decision {
    return this.#binding.decision;
  }

  get awaitsSession(): boolean {
    return this.#binding.reservesSlot;
  }

  learn(sessionId: string | undefined, options?: { readonly endsWithRequest: boolean }): void {
    this.#context.binder.learn(this.#binding, sessionId, options);
  }

  addHint(hint: Hint): void {
    this.#context.binder.addHint(this.#binding, hint);
  }

  endSession(): void {
    this.#context.binder.endSession(this.#binding);
  }

  exit(): Promise<Exit | undefined> {
    return this.#context.fleet.deathOf(this.#instance);
  }

  async retry(reason: 'reset' | 'refused'): Promise<Assignment> {
    this.#end();
    const { requestId } = this;
    return this.#context.retry(this.#binding, { requestId, qualifier: this.#qualifier, reason });
  }

  release(outcome: { readonly answered: boolean }): void {
    this.#end();
    this.#context.binder.release(this.#binding, outcome);
  }

  #end(): void {
    if (this.#isOver) throw new Error(`the assignment of ${this.requestId} was released before`);
    this.#isOver = true;
    this.log?.ended('Invoke', this.requestId);
  }
}
