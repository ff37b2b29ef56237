import type { Decision, Visit, VisitedSession } from '../model/admission.js';
import type { Address, InstanceLog } from '../model/instance.js';
import type { Stay } from './ledger.js';

interface StayingVisitOptions {
  readonly requestId: string;
  readonly stay: Stay;
  readonly address: Address;
  readonly log: InstanceLog | undefined;
  readonly retry: (reason: 'reset' | 'refused') => Promise<Visit>;
  readonly leave: (outcome: { readonly answered: boolean }) => void;
}

/** A visit to an instance that is ready. Its stay stands in the instance's log between two platform lines, as on FC. */
export class StayingVisit implements Visit {
  readonly requestId: string;
  readonly address: Address;
  readonly #options: StayingVisitOptions;
  #isOver = false;

  constructor(options: StayingVisitOptions) {
    this.#options = options;
    this.requestId = options.requestId;
    this.address = options.address;
    options.log?.note(`FC Invoke Start RequestId: ${options.requestId}`);
  }

  get instanceId(): string {
    return this.#options.stay.instance.instanceId;
  }

  get session(): VisitedSession | undefined {
    return this.#options.stay.seat;
  }

  get opened(): boolean {
    return this.#options.stay.opened;
  }

  get minted(): boolean {
    return this.#options.stay.minted;
  }

  get decision(): Decision {
    return this.#options.stay.decision;
  }

  async retry(reason: 'reset' | 'refused'): Promise<Visit> {
    this.#end();
    return this.#options.retry(reason);
  }

  leave(outcome: { readonly answered: boolean }): void {
    this.#end();
    this.#options.leave(outcome);
  }

  #end(): void {
    if (this.#isOver) throw new Error(`visit ${this.requestId} has been left before`);
    this.#isOver = true;
    this.#options.log?.note(`FC Invoke End RequestId: ${this.requestId}`);
  }
}
