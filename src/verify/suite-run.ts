import { type Clock, MovableClock } from '../model/clock.js';
import { FcError, UnreachableError } from '../model/errors.js';
import { LATEST } from '../model/function.js';
import { createIds, type Ids } from '../model/ids.js';
import type { ControlPlane, FunctionRef, ServedFunction } from '../model/services.js';
import { type Check, type StepResult, skip } from './check.js';
import { count } from './count.js';
import type { RequestRow, Step } from './report.js';
import { judgedRoundTrip, type RequestOptions, type RoundTrip, roundTrip } from './round-trip.js';
import { findServedFunction, parseTargetUrl, type VerifyTarget } from './target.js';

/** The control API of a target, with the function that the run is about. */
export interface Control {
  readonly plane: ControlPlane;
  readonly served: ServedFunction;
  readonly ref: FunctionRef;
}

/** One run of a suite on a target: sends requests, remembers the sessions it made, and turns results into steps. */
export class SuiteRun {
  readonly target: VerifyTarget;
  readonly url: URL;
  readonly control: Control | undefined;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly requests: RequestRow[] = [];
  readonly notes: string[] = [];
  readonly #checks: ReadonlyMap<string, Check>;
  /** Made by this run and not yet ended. */
  readonly #sessionIds = new Set<string>();
  /** The first failed step of each cause. */
  readonly #failedFirst = new Map<string, string>();
  #lapStart: number;
  #answered = false;

  private constructor(checks: readonly Check[], target: VerifyTarget, control: Control | undefined) {
    this.target = target;
    this.url = parseTargetUrl(target.url);
    this.control = control;
    this.clock = target.clock ?? new MovableClock();
    this.ids = createIds(this.clock);
    this.#checks = new Map(checks.map((check) => [check.id, check]));
    this.#lapStart = this.clock.now();
  }

  /** @throws UnreachableError for the control API, InvalidArgument for the URL, FunctionNotFound */
  static async open(checks: readonly Check[], target: VerifyTarget): Promise<SuiteRun> {
    const { control: plane, qualifier = LATEST } = target;
    parseTargetUrl(target.url);
    if (plane === undefined) return new SuiteRun(checks, target, undefined);
    const served = await findServedFunction(plane, target);
    const ref = { functionName: served.config.functionName, qualifier };
    return new SuiteRun(checks, target, { plane, served, ref });
  }

  /**
   * @param url at this target; a suite about paths and queries gives another than the trigger's
   * @throws UnreachableError when the target does not answer and never has; BadResponse when it breaks off later
   */
  async send(
    headers: Readonly<Record<string, string>> = {},
    url = this.url,
    request: RequestOptions = {},
  ): Promise<RoundTrip> {
    const { signal } = this.target;
    try {
      const answer = await roundTrip({ ...request, url, headers, clock: this.clock, signal });
      this.#answered = true;
      return answer;
    } catch (error) {
      if (this.#answered || !(error instanceof FcError)) throw error;
      throw new UnreachableError(error.message, { cause: error });
    }
  }

  /** The duration of a step is the time since the step before. */
  step(id: string, result: StepResult, judged?: RoundTrip): Step {
    const check = this.#checks.get(id);
    if (check === undefined) throw new Error(`the suite has no check "${id}"`);
    const told = this.#oncePerCause(id, result);
    const now = this.clock.now();
    const durationMs = Math.round((now - this.#lapStart) * 10) / 10;
    this.#lapStart = now;
    const byControlAlone = told.status !== 'skipped' && told.byControlAlone === true;
    return {
      id,
      title: byControlAlone ? `${check.title} (by the control API alone)` : check.title,
      status: told.status,
      expected: told.expected ?? check.expected,
      actual: told.actual ?? 'not judged',
      source: check.source,
      durationMs,
      ...(told.status === 'skipped' && { reason: told.reason }),
      ...(judged !== undefined && { judged: judgedRoundTrip(judged) }),
    };
  }

  /** Remembers a session, which {@link endSessions} ends. */
  addSession(sessionId: string): void {
    this.#sessionIds.add(sessionId);
  }

  /** Ends the sessions that the run made. A session that cannot be ended becomes a note and never hides the result. */
  async endSessions(): Promise<void> {
    const sessionIds = [...this.#sessionIds];
    this.#sessionIds.clear();
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

  /** One cause, one failure: a step that fails for the cause of an earlier step is skipped. */
  #oncePerCause(id: string, result: StepResult): StepResult {
    if (result.status !== 'failed' || result.cause === undefined) return result;
    const first = this.#failedFirst.get(result.cause);
    if (first !== undefined) return skip(`same cause as ${first}: ${result.actual}`, result.actual);
    this.#failedFirst.set(result.cause, id);
    return result;
  }
}
