import type { WalkthroughCheck, WalkthroughStep } from '../model/walkthrough-step.js';
import type { Step } from './report.js';
import { runSuite } from './run-suite.js';
import { loadSuite } from './suites.js';
import type { VerifyTarget } from './target.js';

const TITLES = [
  'no cookie: a new session',
  'its cookie: the same instance',
  'no cookie: a second session on that instance',
  'no cookie: the first instance is full: a new session on another instance',
];
/** The main check of each request. */
const SUBJECTS = ['set-cookie', 'same-instance', 'same-instance', 'new-instance'];
const LAST = TITLES.length;

interface WalkthroughRunOptions {
  readonly runId: string;
  readonly target: VerifyTarget;
  readonly functionName: string;
  readonly qualifier: string;
  readonly onStep: (step: WalkthroughStep) => void;
}

interface Waiter {
  readonly resolve: (step: WalkthroughStep) => void;
  readonly reject: (error: unknown) => void;
}

/** The suite `walkthrough`, with a stop before each of its four requests until `step` is called. */
export class WalkthroughRun {
  readonly #options: WalkthroughRunOptions;
  readonly #abort = new AbortController();
  readonly #steps: Step[] = [];
  /** The number of checks of each request. */
  readonly #checks = new Map<number, number>();
  #ended: Promise<void> | undefined;
  #waiter: Waiter | undefined;
  #goOn = (): void => {};
  #sent = 0;

  constructor(options: WalkthroughRunOptions) {
    this.#options = options;
  }

  get runId(): string {
    return this.#options.runId;
  }

  /** The number of the next request; null when all have been sent. */
  get next(): number | null {
    return this.#sent < LAST ? this.#sent + 1 : null;
  }

  /** Sends the next request. @throws UnreachableError, and what ends the run */
  step(): Promise<WalkthroughStep> {
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      if (this.#ended === undefined) this.#ended = this.#run();
      else this.#goOn();
    });
  }

  /** Ends the run and its sessions. Never rejects. */
  async end(): Promise<void> {
    this.#abort.abort(new Error('the walkthrough was ended'));
    await this.#ended;
  }

  async #run(): Promise<void> {
    try {
      const { checks } = await loadSuite('walkthrough');
      for (const check of checks)
        this.#checks.set(numberOf(check), (this.#checks.get(numberOf(check)) ?? 0) + 1);
      const target = { ...this.#options.target, signal: this.#abort.signal };
      await runSuite('walkthrough', target, { onStep: (step) => this.#judged(step) });
    } catch (error) {
      this.#sent = LAST;
      this.#waiter?.reject(error);
    }
  }

  /** @returns a promise that settles when the next request may be sent; undefined while the request has more checks */
  #judged(step: Step): Promise<void> | undefined {
    this.#steps.push(step);
    const n = numberOf(step);
    if (this.#steps.filter((one) => numberOf(one) === n).length < (this.#checks.get(n) ?? 0))
      return undefined;
    this.#sent = n;
    const shown = this.#shown(n);
    this.#options.onStep(shown);
    this.#waiter?.resolve(shown);
    return this.#untilNextStep();
  }

  #untilNextStep(): Promise<void> {
    const { signal } = this.#abort;
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(signal.reason);
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      this.#goOn = () => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
    });
  }

  #shown(n: number): WalkthroughStep {
    const { runId, functionName, qualifier } = this.#options;
    const steps = this.#steps.filter((step) => numberOf(step) === n);
    const subject =
      steps.find(({ status }) => status === 'failed') ??
      steps.find(({ id }) => id === `walkthrough.${n}.${SUBJECTS[n - 1]}`);
    const judged = steps.find(({ judged }) => judged !== undefined)?.judged;
    return {
      runId,
      functionName,
      qualifier,
      n,
      title: TITLES[n - 1] ?? '',
      ...(judged !== undefined && { request: judged.request, response: judged.response }),
      expected: subject?.expected ?? '',
      seen: subject?.actual ?? '',
      ok: steps.some(({ status }) => status === 'passed') && !steps.some(({ status }) => status === 'failed'),
      checks: steps.map(checkOf),
      last: n === LAST,
    };
  }
}

function numberOf({ id }: { readonly id: string }): number {
  return Number(id.split('.')[1]);
}

function checkOf({ judged: _, ...check }: Step): WalkthroughCheck {
  return check;
}
