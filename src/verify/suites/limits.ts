import { skip } from '../check.js';
import type { Step } from '../report.js';
import { describeAnswer } from '../round-trip.js';
import { stepByStep } from '../step-by-step.js';
import { NotApplicable, NotWorking } from '../suite.js';
import type { SuiteRun } from '../suite-run.js';
import { burst } from './limits-burst.js';
import { LIMITS_CHECKS } from './limits-checks.js';
import { heads } from './limits-heads.js';
import { load } from './limits-load.js';
import { SessionClient } from './session-client.js';

/** Needs a function with GENERATED_COOKIE or HEADER_FIELD; all but the heads of requests also a control API. */
export const limits = stepByStep({ id: 'limits', checks: LIMITS_CHECKS, steps });

async function* steps(run: SuiteRun): AsyncGenerator<Step> {
  const client = new SessionClient(run);
  const first = await client.send(undefined, { label: 'first' });
  const sessionId = first.sessionIds[0];
  if (first.answer.status !== 200) throw new NotWorking(`the first request: ${describeAnswer(first.answer)}`);
  if (sessionId === undefined) throw new NotApplicable('the answer to the first request names no session ID');
  yield* heads(run, client, { first, sessionId });
  const { control } = run;
  if (control === undefined) {
    const reason = 'there is no control API to count requests in flight and free slots';
    for (const { id } of LIMITS_CHECKS.filter((check) => /\.(load|burst|ceiling)\./.test(check.id))) {
      yield run.step(id, skip(reason));
    }
    return;
  }
  await run.endSessions();
  yield* load(run, control, client);
  await run.endSessions();
  yield* burst(run, control, client);
}
