import type { DoctorReport } from './doctor-report.js';
import type { SessionHistory } from './session-history.js';
import type { WalkthroughInput, WalkthroughProgress } from './walkthrough-step.js';

/** What the console asks for beside what every client of the control plane can have. */
export interface ConsoleService {
  /**
   * @param ref without a function: the function that had a session of that ID last
   * @throws SessionNotFound
   */
  history(ref: {
    readonly sessionId: string;
    readonly functionName?: string | undefined;
    readonly qualifier?: string | undefined;
  }): Promise<SessionHistory>;
  doctor(): Promise<DoctorReport>;
  /**
   * Sends the next of the four documented requests, or all that are left. The sessions stay open until the run ends.
   * @throws FunctionNotFound, InvalidArgument for a function without session cookie or HTTP trigger, or for a run that is not under way
   */
  walk(input: WalkthroughInput): Promise<WalkthroughProgress>;
  /** Ends the walkthrough and its sessions, if there is one. */
  endWalk(): Promise<void>;
}
