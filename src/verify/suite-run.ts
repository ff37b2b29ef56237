import { type Clock, MovableClock } from '../model/clock.js';
import { FcError, UnreachableError } from '../model/errors.js';
import { LATEST } from '../model/function.js';
import { createIds, type Ids } from '../model/ids.js';
import type { ControlPlane, FunctionRef, ServedFunction } from '../model/services.js';
import { count } from './count.js';
import type { RequestRow } from './report.js';
import { type RequestOptions, type RoundTrip, roundTrip } from './round-trip.js';
import { findServedFunction, parseTargetUrl, type VerifyTarget } from './target.js';
import { TargetTime } from './target-time.js';

/** The control API of a target, with the function that the run is about. */
export interface Control {
  readonly plane: ControlPlane;
  readonly served: ServedFunction;
  readonly ref: FunctionRef;
}

/** One run of a suite on a target: sends requests, and remembers the sessions that it made. */
export class SuiteRun {
  readonly target: VerifyTarget;
  readonly url: URL;
  readonly control: Control | undefined;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly requests: RequestRow[] = [];
  readonly notes: string[] = [];
  /** Made by this run and not yet ended. */
  readonly #sessionIds = new Set<string>();
  #answered = false;
  #time: Promise<TargetTime> | undefined;

  private constructor(target: VerifyTarget, control: Control | undefined) {
    this.target = target;
    this.url = parseTargetUrl(target.url);
    this.control = control;
    this.clock = target.clock ?? new MovableClock();
    this.ids = createIds(this.clock);
  }

  /** @throws UnreachableError for the control API, InvalidArgument for the URL, FunctionNotFound */
  static async open(target: VerifyTarget): Promise<SuiteRun> {
    const { control: plane, qualifier = LATEST } = target;
    parseTargetUrl(target.url);
    if (plane === undefined) return new SuiteRun(target, undefined);
    const served = await findServedFunction(plane, target);
    const ref = { functionName: served.config.functionName, qualifier };
    return new SuiteRun(target, { plane, served, ref });
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

  /** Time at the target, which needs a control API. */
  time(): Promise<TargetTime> {
    if (this.control === undefined) throw new Error('there is no control API');
    const { clock: targetClock } = this.control.plane;
    const { mayMoveClock: mayMove = false } = this.target;
    this.#time ??= TargetTime.open({ clock: this.clock, targetClock, mayMove });
    return this.#time;
  }

  /** @returns the text, with how far the target's clock was moved since the last call */
  async withMoves(actual: string): Promise<string> {
    const moved = (await this.#time)?.takeMoves() ?? 0;
    return moved === 0 ? actual : `${actual} (the clock was moved on by ${moved} s)`;
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
}
