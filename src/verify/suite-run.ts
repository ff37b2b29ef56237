import { type Clock, MovableClock } from '../model/clock.js';
import { FcError, UnreachableError } from '../model/errors.js';
import { LATEST } from '../model/function.js';
import { createIds, type Ids } from '../model/ids.js';
import type { FunctionRef } from '../model/services.js';
import { count } from './count.js';
import type { RequestRow } from './report.js';
import { type RequestOptions, type RoundTrip, roundTrip } from './round-trip.js';
import {
  findServedFunction,
  parseTargetUrl,
  type TargetApi,
  type TargetFunction,
  type VerifyTarget,
} from './target.js';
import { TargetTime } from './target-time.js';

/** The control API of a target, and the tested function. */
export interface Control {
  readonly plane: TargetApi;
  readonly served: TargetFunction;
  readonly ref: FunctionRef;
}

/** One run of a suite on a target. Sends requests, and remembers the sessions that they open. */
export class SuiteRun {
  readonly target: VerifyTarget;
  readonly url: URL;
  readonly control: Control | undefined;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly requests: RequestRow[];
  readonly notes: string[];
  /** The sessions of this run that are not deleted yet. */
  readonly #sessionIds = new Set<string>();
  readonly #main: SuiteRun | undefined;
  readonly #beside: SuiteRun[] = [];
  #answered = false;
  #time: Promise<TargetTime> | undefined;

  private constructor(target: VerifyTarget, control: Control | undefined, main?: SuiteRun) {
    this.requests = main?.requests ?? [];
    this.notes = main?.notes ?? (target.note === undefined ? [] : [target.note]);
    this.#main = main;
    this.target = target;
    this.url = parseTargetUrl(target.url);
    this.control = control;
    this.clock = target.clock ?? new MovableClock();
    this.ids = createIds(this.clock);
  }

  /** @throws UnreachableError for the control API, InvalidArgument for the URL, FunctionNotFound */
  static async open(target: VerifyTarget, main?: SuiteRun): Promise<SuiteRun> {
    const { control: plane, qualifier = LATEST } = target;
    parseTargetUrl(target.url);
    if (plane === undefined) return new SuiteRun(target, undefined, main);
    const served = await findServedFunction(plane, target);
    const ref = { functionName: served.config.functionName, qualifier };
    return new SuiteRun(target, { plane, served, ref }, main);
  }

  /** @returns a run on another function of the target. This run shows its requests and deletes its sessions. */
  async beside(target: Pick<VerifyTarget, 'url' | 'functionName'>): Promise<SuiteRun> {
    const other = await SuiteRun.open({ ...this.target, ...target }, this);
    this.#beside.push(other);
    return other;
  }

  /**
   * @param url a URL at this target. Suites about paths and queries give another URL than the trigger's.
   * @throws UnreachableError when the target has never answered; BadResponse when it stops answering later
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

  /** The time at the target. Needs a control API. */
  time(): Promise<TargetTime> {
    if (this.#main !== undefined) return this.#main.time();
    if (this.control === undefined) throw new Error('there is no control API');
    const { clock: targetClock } = this.control.plane;
    this.#time ??= TargetTime.open({ ...this.target, clock: this.clock, targetClock });
    return this.#time;
  }

  /** @returns the text, and how far the target's clock was advanced since the last call */
  async withMoves(actual: string): Promise<string> {
    const moved = (await this.#time)?.takeMoves() ?? 0;
    return moved === 0 ? actual : `${actual} (the clock was advanced by ${moved} s)`;
  }

  /** The affinity header of the function, or the caller's. Undefined when sessions are not in a header. */
  get headerName(): string | undefined {
    const { affinityHeaderFieldName } = this.control?.served.config.sessionAffinityConfig ?? {};
    return this.target.headerName ?? affinityHeaderFieldName;
  }

  /** Remembers a session, which {@link endSessions} ends. */
  addSession(sessionId: string): void {
    this.#sessionIds.add(sessionId);
  }

  /** Deletes the sessions of the run if it can. Sessions that are left become a note and do not change the result. */
  async close(): Promise<void> {
    await this.endSessions();
    const left = this.#sessionIds.size;
    if (left > 0) {
      this.notes.push(`${count(left, 'session')} left to expire: there is no control API to end them`);
    }
  }

  /** Deletes the current sessions of the run if there is a control API. */
  async endSessions(): Promise<void> {
    for (const other of this.#beside) await other.endSessions();
    if (this.control === undefined) return;
    const { plane, ref } = this.control;
    const sessionIds = [...this.#sessionIds];
    this.#sessionIds.clear();
    for (const sessionId of sessionIds) {
      try {
        await plane.sessions.delete({ ...ref, sessionId });
      } catch (error) {
        if (error instanceof FcError && error.code === 'SessionNotFound') continue;
        const why = error instanceof Error ? error.message : String(error);
        this.notes.push(`session ${sessionId} could not be deleted: ${why}`);
      }
    }
  }
}
