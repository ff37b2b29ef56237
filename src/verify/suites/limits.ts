import type { Step } from '../report.js';
import { NotApplicable, type Suite, skip } from '../suite.js';
import type { Trial } from '../trial.js';
import { burst } from './limits-burst.js';
import { LIMITS_CHECKS } from './limits-checks.js';
import { heads } from './limits-heads.js';
import { load } from './limits-load.js';
import { SessionClient } from './session-client.js';

/** Needs a function with GENERATED_COOKIE or HEADER_FIELD; all but the heads of requests also a control API. */
export const limits: Suite = { id: 'limits', checks: LIMITS_CHECKS, run };

async function* run(trial: Trial): AsyncGenerator<Step> {
  const client = new SessionClient(trial);
  const first = await client.send(undefined, { label: 'first' });
  const sessionId = first.told[0];
  if (sessionId === undefined) throw new NotApplicable('the first request was told no session ID');
  yield* heads(trial, client, { first, sessionId });
  const { control } = trial;
  if (control === undefined) {
    const reason = 'there is no control API to tell what is in flight and which places are taken';
    for (const { id } of LIMITS_CHECKS.filter((check) => /\.(load|burst|ceiling)\./.test(check.id))) {
      yield trial.step(id, skip(reason));
    }
    return;
  }
  await trial.endSessions();
  yield* load(trial, control, client);
  await trial.endSessions();
  yield* burst(trial, control, client);
}
