import { type Clock, MovableClock } from '../model/clock.js';
import { FcError, UnreachableError } from '../model/errors.js';
import { LATEST } from '../model/function.js';
import { createIds, type Ids } from '../model/ids.js';
import type { ControlPlane, FunctionRef, ServedFunction } from '../model/services.js';
import { count } from './count.js';
import { type Exchange, exchange, judgedExchange } from './exchange.js';
import type { RequestRow, Step } from './report.js';
import type { Check, Finding, Suite } from './suite.js';
import { findServedFunction, parseTargetUrl, type VerifyTarget } from './target.js';

/** The control API of a target, with the function that the trial is about. */
export interface Control {
  readonly plane: ControlPlane;
  readonly served: ServedFunction;
  readonly ref: FunctionRef;
}

/** One run of a suite against a target: sends, remembers what it made, and words the steps. */
export class Trial {
  readonly target: VerifyTarget;
  readonly url: URL;
  readonly control: Control | undefined;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly requests: RequestRow[] = [];
  readonly notes: string[] = [];
  readonly #checks: ReadonlyMap<string, Check>;
  readonly #made = new Set<string>();
  #lapStart: number;
  #answered = false;

  private constructor(suite: Suite, target: VerifyTarget, control: Control | undefined) {
    this.target = target;
    this.url = parseTargetUrl(target.url);
    this.control = control;
    this.clock = target.clock ?? new MovableClock();
    this.ids = createIds(this.clock);
    this.#checks = new Map(suite.checks.map((check) => [check.id, check]));
    this.#lapStart = this.clock.now();
  }

  /** @throws UnreachableError for the control API, InvalidArgument for the URL, FunctionNotFound */
  static async open(suite: Suite, target: VerifyTarget): Promise<Trial> {
    const { control: plane, qualifier = LATEST } = target;
    parseTargetUrl(target.url);
    if (plane === undefined) return new Trial(suite, target, undefined);
    const served = await findServedFunction(plane, target);
    const ref = { functionName: served.config.functionName, qualifier };
    return new Trial(suite, target, { plane, served, ref });
  }

  /**
   * @param url of this target; another path or query than the trigger's is for suites that are about just that
   * @throws UnreachableError when nobody answers, or nobody ever has; BadResponse when one that did answer breaks off
   */
  async send(headers: Readonly<Record<string, string>> = {}, url = this.url): Promise<Exchange> {
    const { signal } = this.target;
    try {
      const answer = await exchange({ url, headers, clock: this.clock, signal });
      this.#answered = true;
      return answer;
    } catch (error) {
      if (this.#answered || !(error instanceof FcError)) throw error;
      throw new UnreachableError(error.message, { cause: error });
    }
  }

  /** Words a step: the time is what has passed since the step before. */
  step(id: string, finding: Finding, judged?: Exchange): Step {
    const check = this.#checks.get(id);
    if (check === undefined) throw new Error(`the suite has no check "${id}"`);
    const now = this.clock.now();
    const durationMs = Math.round((now - this.#lapStart) * 10) / 10;
    this.#lapStart = now;
    return {
      id,
      title: check.title,
      status: finding.status,
      expected: finding.expected ?? check.expected,
      actual: finding.actual ?? 'not judged',
      source: check.source,
      durationMs,
      ...(finding.status === 'skipped' && { reason: finding.reason }),
      ...(judged !== undefined && { judged: judgedExchange(judged) }),
    };
  }

  /** Remembers a session to be ended with the trial. */
  made(sessionId: string): void {
    this.#made.add(sessionId);
  }

  /** Ends the sessions that the trial made; what stays behind is noted, so that it never hides the result. */
  async endSessions(): Promise<void> {
    const sessionIds = [...this.#made];
    this.#made.clear();
    if (sessionIds.length === 0) return;
    if (this.control === undefined) {
      this.notes.push(
        `${count(sessionIds.length, 'session')} left to expire: there is no control API to end them`,
      );
      return;
    }
    const { plane, ref } = this.control;
    for (const sessionId of sessionIds) {
      try {
        await plane.sessions.delete({ ...ref, sessionId });
      } catch (error) {
        if (error instanceof FcError && error.code === 'SessionNotFound') continue;
        const why = error instanceof Error ? error.message : String(error);
        this.notes.push(`session ${sessionId} could not be ended: ${why}`);
      }
    }
  }
}
