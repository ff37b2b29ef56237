import type { Session } from '../../model/session.js';
import { judge, type StepResult, skip } from '../check.js';
import { SessionClient } from '../session-client.js';
import { SessionProbe } from '../session-probe.js';
import { NotApplicable } from '../suite.js';
import type { Control, SuiteRun } from '../suite-run.js';
import type { TargetTime } from '../target-time.js';

/** The clients and the clock that all parts of the lifecycle suite use. */
export class LifecycleScene {
  readonly client: SessionClient;
  readonly probe: SessionProbe;

  private constructor(
    readonly run: SuiteRun,
    readonly control: Control,
    readonly time: TargetTime,
    /** A scene on the function with the other isolation mode. */
    readonly other?: LifecycleScene,
  ) {
    this.client = SessionClient.of(run);
    this.probe = new SessionProbe(run, control);
  }

  /** @throws NotApplicable */
  static async open(run: SuiteRun): Promise<LifecycleScene> {
    const { control, target } = run;
    if (control === undefined) throw new NotApplicable('the lifecycle suite needs a control API');
    // For a function without sessions this throws before a request is sent.
    SessionClient.of(run);
    const time = await run.time();
    const beside = target.otherIsolation === undefined ? undefined : await run.beside(target.otherIsolation);
    if (beside?.control === undefined) return new LifecycleScene(run, control, time);
    return new LifecycleScene(run, control, time, new LifecycleScene(beside, beside.control, time));
  }

  /** @returns the scene on a function with that isolation mode; this scene when there is no such function */
  whereIsolated(isIsolated: boolean): LifecycleScene {
    return this.isIsolated !== isIsolated && this.other !== undefined ? this.other : this;
  }

  get unitInSeconds(): number {
    return this.time.unitInSeconds;
  }

  get isIsolated(): boolean {
    return this.control.served.config.instanceIsolationMode === 'SESSION_EXCLUSIVE';
  }

  /** The default TTL of a session. */
  get ttlInSeconds(): number {
    return this.control.served.config.sessionAffinityConfig.sessionTTLInSeconds;
  }

  /** @returns the reason why the suite cannot wait one unit of time; undefined when it can */
  obstacle(units = 1): string | undefined {
    return this.time.obstacle(units * this.unitInSeconds);
  }

  pass(units: number): Promise<void> {
    return this.time.pass(units * this.unitInSeconds);
  }

  /** @returns every listed session of that ID, in the order of creation */
  generations({ sessionId }: Pick<Session, 'sessionId'>): Promise<readonly Session[]> {
    return this.probe.list({ sessionId });
  }

  /** Checks that the session is the only one with its ID, and that it has ended. */
  async hasEnded(session: Session, expected?: string): Promise<StepResult> {
    const found = await this.generations(session);
    const holds = found.length === 1 && found[0]?.sessionStatus === 'Expired';
    return judge(holds, statusesOf(found), expected);
  }

  /** Checks that the session is the only one with its ID, and that it is Active. */
  async isActive(session: Session): Promise<StepResult> {
    const found = await this.generations(session);
    const [only] = found;
    const isThat = only?.sessionStatus === 'Active' && only.createdTime === session.createdTime;
    return judge(found.length === 1 && isThat, statusesOf(found));
  }
}

const TOO_SLOW = 'the requests took so long that the session could end between them';

/** Turns a failure into a skipped step when the requests took too long to prove it. */
export function unlessLate(result: StepResult, isLate: boolean): StepResult {
  return isLate && result.status === 'failed' ? skip(TOO_SLOW, result.actual) : result;
}

export function statusesOf(sessions: readonly Session[]): string {
  return (
    sessions.map(({ sessionStatus, createdTime }) => `${sessionStatus}, created ${createdTime}`).join('; ') ||
    'not listed'
  );
}
