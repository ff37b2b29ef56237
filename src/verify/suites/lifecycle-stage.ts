import type { Session } from '../../model/session.js';
import type { Step } from '../report.js';
import { type Finding, judge, NotApplicable, skip } from '../suite.js';
import { TargetTime } from '../target-time.js';
import type { Control, Trial } from '../trial.js';
import { SessionClient, type SessionVisit } from './session-client.js';
import { SessionProbe } from './session-probe.js';

/** What every part of the suite works with. */
export class LifecycleStage {
  private constructor(
    readonly trial: Trial,
    readonly control: Control,
    readonly client: SessionClient,
    readonly probe: SessionProbe,
    readonly time: TargetTime,
  ) {}

  /** @throws NotApplicable */
  static async open(trial: Trial): Promise<LifecycleStage> {
    const { control } = trial;
    if (control === undefined) throw new NotApplicable('the lifecycle suite needs a control API');
    const client = new SessionClient(trial);
    const time = await TargetTime.open(trial, control);
    return new LifecycleStage(trial, control, client, new SessionProbe(trial, control), time);
  }

  get isolated(): boolean {
    return this.control.served.config.instanceIsolationMode === 'SESSION_EXCLUSIVE';
  }

  /** Words a step, saying how far the clock was moved for it. */
  step(what: string, finding: Finding, visit?: SessionVisit): Step {
    const { actual } = finding;
    const told = actual === undefined ? finding : { ...finding, actual: this.time.tell(actual) };
    return this.trial.step(`lifecycle.${what}`, told, visit?.answer);
  }

  *skipped(whats: readonly string[], reason: string): Generator<Step> {
    for (const what of whats) yield this.step(what, skip(reason));
  }

  /** Every session on record under that ID, in the order of creation. */
  async generations(sessionId: string): Promise<readonly Session[]> {
    const { probe } = this;
    return (await probe.answer('ListSessions', probe.sessions.list({ ...probe.ref, sessionId }))).sessions;
  }

  /** Whether that session, and no other of its ID, is there and has ended. */
  async hasEnded({ sessionId }: Session): Promise<Finding> {
    const found = await this.generations(sessionId);
    return judge(found.length === 1 && found[0]?.sessionStatus === 'Expired', statusesOf(found));
  }

  /** Whether that session, and no other of its ID, is there and lives. */
  async lives({ sessionId, createdTime }: Session): Promise<Finding> {
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
