import type { AssignedSession, Assignment, Decision } from '../model/admission.js';
import type { Revision } from '../model/function.js';
import type { Hint } from '../model/hint.js';
import type { Address, Exit, InstanceLog } from '../model/instance.js';
import type { Binder, Binding } from './binder.js';

interface BoundAssignmentOptions {
  readonly requestId: string;
  readonly binding: Binding;
  readonly address: Address;
  readonly pid: number | undefined;
  readonly log: InstanceLog | undefined;
  readonly binder: Pick<Binder, 'learn' | 'endSession' | 'addHint'>;
  readonly exit: () => Promise<Exit | undefined>;
  readonly retry: (reason: 'reset' | 'refused') => Promise<Assignment>;
  readonly release: (outcome: { readonly answered: boolean }) => void;
}

/** A request's hold on an instance that is ready. The instance's log shows it between two platform lines, as on FC. */
export class BoundAssignment implements Assignment {
  readonly requestId: string;
  readonly address: Address;
  readonly #options: BoundAssignmentOptions;
  #isOver = false;

  constructor(options: BoundAssignmentOptions) {
    this.#options = options;
    this.requestId = options.requestId;
    this.address = options.address;
    options.log?.note(`FC Invoke Start RequestId: ${options.requestId}`);
  }

  get instanceId(): string {
    return this.#options.binding.instance.instanceId;
  }

  get revision(): Revision {
    return this.#options.binding.instance.pool.revision;
  }

  get pid(): number | undefined {
    return this.#options.pid;
  }

  get log(): InstanceLog | undefined {
    return this.#options.log;
  }

  get session(): AssignedSession | undefined {
    return this.#options.binding.entry;
  }

  get opened(): boolean {
    return this.#options.binding.opened;
  }

  get generated(): boolean {
    return this.#options.binding.generated;
  }

  get decision(): Decision {
    return this.#options.binding.decision;
  }

  get awaitsSession(): boolean {
    return this.#options.binding.reservesSlot;
  }

  learn(sessionId: string | undefined, options?: { readonly endsWithRequest: boolean }): void {
    this.#options.binder.learn(this.#options.binding, sessionId, options);
  }

  addHint(hint: Hint): void {
    this.#options.binder.addHint(this.#options.binding, hint);
  }

  endSession(): void {
    this.#options.binder.endSession(this.#options.binding);
  }

  exit(): Promise<Exit | undefined> {
    return this.#options.exit();
  }

  async retry(reason: 'reset' | 'refused'): Promise<Assignment> {
    this.#end();
    return this.#options.retry(reason);
  }

  release(outcome: { readonly answered: boolean }): void {
    this.#end();
    this.#options.release(outcome);
  }

  #end(): void {
    if (this.#isOver) throw new Error(`the assignment of ${this.requestId} was released before`);
    this.#isOver = true;
    this.#options.log?.note(`FC Invoke End RequestId: ${this.requestId}`, { afterPrinted: true });
  }
}
