import type { Session } from '../../model/session.js';
import { judge, type StepResult, skip } from '../check.js';
import type { Step } from '../report.js';
import { NotApplicable } from '../suite.js';
import type { Control, SuiteRun } from '../suite-run.js';
import { TargetTime } from '../target-time.js';
import { SessionClient, type SessionRequest } from './session-client.js';
import { SessionProbe } from './session-probe.js';

/** One run of the lifecycle suite: the clients and the clock that all its parts use. */
export class LifecycleRun {
  private constructor(
    readonly run: SuiteRun,
    readonly control: Control,
    readonly client: SessionClient,
    readonly probe: SessionProbe,
    readonly time: TargetTime,
  ) {}

  /** @throws NotApplicable */
  static async open(run: SuiteRun): Promise<LifecycleRun> {
    const { control } = run;
    if (control === undefined) throw new NotApplicable('the lifecycle suite needs a control API');
    const client = new SessionClient(run);
    const time = await TargetTime.open(run, control);
    return new LifecycleRun(run, control, client, new SessionProbe(run, control), time);
  }

  get isolated(): boolean {
    return this.control.served.config.instanceIsolationMode === 'SESSION_EXCLUSIVE';
  }

  /** The step says how far the clock was moved for it. */
  step(what: string, result: StepResult, request?: SessionRequest): Step {
    const { actual } = result;
    const withMoves = actual === undefined ? result : { ...result, actual: this.time.withMoves(actual) };
    return this.run.step(`lifecycle.${what}`, withMoves, request?.answer);
  }

  *skipped(whats: readonly string[], reason: string): Generator<Step> {
    for (const what of whats) yield this.step(what, skip(reason));
  }

  /** @returns every listed session of that ID, in the order of creation */
  async generations(sessionId: string): Promise<readonly Session[]> {
    const { probe } = this;
    return (await probe.answer('ListSessions', probe.sessions.list({ ...probe.ref, sessionId }))).sessions;
  }

  /** Whether that session is the only one of its ID, and has ended. */
  async hasEnded({ sessionId }: Session): Promise<StepResult> {
    const found = await this.generations(sessionId);
    return judge(found.length === 1 && found[0]?.sessionStatus === 'Expired', statusesOf(found));
  }

  /** Whether that session is the only one of its ID, and is Active. */
  async isActive({ sessionId, createdTime }: Session): Promise<StepResult> {
    const found = await this.generations(sessionId);
    const [only] = found;
    const isThat = only?.sessionStatus === 'Active' && only.createdTime === createdTime;
    return judge(found.length === 1 && isThat, statusesOf(found));
  }
}

export function statusesOf(sessions: readonly Session[]): string {
  return (
    sessions.map(({ sessionStatus, createdTime }) => `${sessionStatus}, created ${createdTime}`).join('; ') ||
    'not listed'
  );
}
