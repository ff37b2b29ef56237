import { SessionClient } from '../session-client.js';
import { NotApplicable, NotWorking, once } from '../suite.js';
import type { SuiteRun } from '../suite-run.js';

/** The parts that all checks of the limits suite share. */
export type LimitsScene = ReturnType<typeof openLimits>;

/** @throws NotApplicable */
export function openLimits(run: SuiteRun) {
  const client = SessionClient.of(run);
  /** A request that opened a session, and that session. @throws NotWorking, NotApplicable */
  const first = once(async () => {
    const request = await client.send(undefined, { label: 'first' });
    const [sessionId] = request.sessionIds;
    if (request.answer.status !== 200) throw new NotWorking('the first request', request.answer);
    if (sessionId === undefined)
      throw new NotApplicable('the answer to the first request names no session ID');
    return { request, sessionId };
  });
  return { run, client, first };
}

export function needsControl({ run }: LimitsScene): string | undefined {
  if (run.control !== undefined) return undefined;
  return 'there is no control API to count requests in flight and free slots';
}
