import { checksOf, judge, type StepResult, skip } from '../check.js';
import { type ApiScene, HAVE_SESSION_API } from './session-api-scene.js';

const check = checksOf<ApiScene>();

/** Refusals that do not depend on the session, and the form of all answers. */
export const ERRORS = [
  check(
    'session-api.unsupported.create',
    'CreateSession on a function without cookie or header affinity is refused',
  )
    .promises('status 4xx', 'lifecycle A19')
    .judge(refusesOthers),
  check('session-api.unknown-function.error', 'an unknown function is an error')
    .promises('status 404, code FunctionNotFound', 'errors A23')
    .judge(refusesUnknown),
  check('session-api.errors.coded', 'every refusal carries its code')
    .promises('Code and Message each time', 'sdk A24')
    .judge(({ probe: { uncoded, refusals } }) =>
      judge(uncoded.length === 0, uncoded.join('; ') || `all of ${refusals}`),
    ),
  check('session-api.answers.json', 'every operation returns a Session or a page')
    .promises('a Session or a page each time', 'sdk A25')
    .judge(({ probe: { empty, answers } }) =>
      judge(empty.length === 0, empty.join(', ') || `all of ${answers}`),
    ),
];

async function refusesOthers({ control, probe }: ApiScene): Promise<StepResult> {
  const other = (await control.plane.functions.list()).find(
    ({ config }) => !HAVE_SESSION_API.includes(config.sessionAffinity),
  );
  if (other === undefined) return skip('no function without cookie or header affinity is served');
  const ref = { functionName: other.config.functionName };
  return probe.isRefused(probe.sessions.create(ref, {}));
}

async function refusesUnknown({ run, probe, session }: ApiScene): Promise<StepResult> {
  const ref = { functionName: `verify-${run.ids.sessionId()}`, sessionId: (await session()).sessionId };
  const refusal = await probe.refusal(probe.sessions.get(ref));
  if (typeof refusal === 'string') return judge(false, refusal);
  const { status, code, message } = refusal;
  if (code !== 'FunctionNotFound') return judge(false, `code ${code}`);
  return judge(status === 404, `status ${status}, ${code}: ${message}`);
}
