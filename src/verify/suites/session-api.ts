import type { SessionAffinityType } from '../../model/function.js';
import { LIMITS } from '../../model/limits.js';
import type { CreateSessionInput, Session } from '../../model/session.js';
import { judge, type StepResult, skip } from '../check.js';
import type { Step } from '../report.js';
import { stepByStep } from '../step-by-step.js';
import { NotApplicable } from '../suite.js';
import type { Control, SuiteRun } from '../suite-run.js';
import { SESSION_API_CHECKS } from './session-api-checks.js';
import { later } from './session-api-later.js';
import { deletion, use } from './session-api-use.js';
import { isRefused, type Refusal, SessionProbe, type Subject } from './session-probe.js';

/** Needs a control API and a function with GENERATED_COOKIE or HEADER_FIELD. */
export const sessionApi = stepByStep({ id: 'session-api', checks: SESSION_API_CHECKS, steps });

const HAVE_SESSION_API: readonly SessionAffinityType[] = ['GENERATED_COOKIE', 'HEADER_FIELD'];

async function* steps(run: SuiteRun): AsyncGenerator<Step> {
  const control = controlOf(run);
  const probe = new SessionProbe(run, control);
  const session = await probe.create({});
  yield* creation(run, control, { probe, session });
  const got = await probe.answer(
    'GetSession',
    probe.sessions.get({ ...probe.ref, sessionId: session.sessionId }),
  );
  yield run.step('session-api.get.active', isThat(got, session));
  yield* use(run, control, session);
  yield* later(run, control, { probe, session });
  yield* deletion(run, control, { probe, session });
  yield run.step('session-api.unsupported.create', await refusesOthers(control, probe));
  const unknown = { functionName: `verify-${run.ids.sessionId()}` };
  const refusal = await probe.refusal(probe.sessions.get({ ...unknown, sessionId: session.sessionId }));
  yield run.step('session-api.unknown-function.error', isUnknownFunction(refusal));
  const { uncoded, empty } = probe;
  yield run.step(
    'session-api.errors.coded',
    judge(uncoded.length === 0, uncoded.join('; ') || `all of ${probe.refusals}`),
  );
  yield run.step(
    'session-api.answers.json',
    judge(empty.length === 0, empty.join(', ') || `all of ${probe.answers}`),
  );
}

/** @throws NotApplicable */
function controlOf({ control }: SuiteRun): Control {
  if (control === undefined) throw new NotApplicable('the session-api suite needs a control API');
  const { functionName, sessionAffinity } = control.served.config;
  if (HAVE_SESSION_API.includes(sessionAffinity)) return control;
  throw new NotApplicable(`function ${functionName} has ${sessionAffinity}, whose sessions have no API`);
}

const FIELDS = [
  'sessionId',
  'functionName',
  'qualifier',
  'sessionAffinityType',
  'sessionTTLInSeconds',
  'sessionIdleTimeoutInSeconds',
  'disableSessionIdReuse',
  'createdTime',
  'lastModifiedTime',
  'sessionStatus',
  'containerId',
] as const;

async function* creation(run: SuiteRun, control: Control, { probe, session }: Subject): AsyncGenerator<Step> {
  const missing = FIELDS.filter((field) => session[field] === undefined);
  yield run.step(
    'session-api.create.fields',
    judge(missing.length === 0, missing.length === 0 ? 'all of them' : `without ${missing.join(', ')}`),
  );
  yield run.step(
    'session-api.create.active',
    judge(session.sessionStatus === 'Active', `sessionStatus ${session.sessionStatus}`),
  );
  const instances = await control.plane.instances.list(control.ref);
  const instance = instances.find(({ instanceId }) => instanceId === session.containerId);
  yield run.step(
    'session-api.create.instance',
    judge(instance?.status === 'Running', `${session.containerId}, ${instance?.status ?? 'not listed'}`),
  );
  const { sessionTTLInSeconds: ttl, sessionIdleTimeoutInSeconds: idle } =
    control.served.config.sessionAffinityConfig;
  yield run.step('session-api.create.default-times', hasTimes(session, ttl, idle));
  const given = await probe.create({ sessionTTLInSeconds: 600, sessionIdleTimeoutInSeconds: 300 });
  yield run.step('session-api.create.given-times', hasTimes(given, 600, 300));
  const { qualifier } = control.ref;
  yield run.step(
    'session-api.create.qualifier',
    judge(session.qualifier === qualifier, `qualifier ${session.qualifier}`, `qualifier ${qualifier}`),
  );
  yield* ranges(run, control, probe);
}

async function* ranges(run: SuiteRun, control: Control, probe: SessionProbe): AsyncGenerator<Step> {
  const attempts: readonly [what: string, input: CreateSessionInput][] = [
    ['ttl-0', { sessionTTLInSeconds: 0 }],
    ['ttl-21601', { sessionTTLInSeconds: 21601 }],
    ['idle-minus-1', { sessionIdleTimeoutInSeconds: -1 }],
    ['idle-21601', { sessionIdleTimeoutInSeconds: 21601 }],
  ];
  const [, greatest] = LIMITS.sessionTTLInSeconds;
  const lifted = control.served.config.sessionAffinityConfig.sessionTTLInSeconds > greatest;
  for (const [what, input] of attempts) {
    const step = `session-api.create.${what}`;
    if (lifted && what.endsWith('21601')) {
      yield run.step(step, skip('this deployment has the limit of 21600 s lifted'));
      continue;
    }
    yield run.step(step, isRefused(await probe.refusal(probe.create(input)), [400, 400]));
  }
}

async function refusesOthers({ plane }: Control, probe: SessionProbe): Promise<StepResult> {
  const other = (await plane.functions.list()).find(
    ({ config }) => !HAVE_SESSION_API.includes(config.sessionAffinity),
  );
  if (other === undefined) return skip('no function without cookie or header affinity is served');
  const ref = { functionName: other.config.functionName };
  return isRefused(await probe.refusal(probe.sessions.create(ref, {})), [400, 499]);
}

function hasTimes(session: Session, ttl: number, idle: number): StepResult {
  const text = (one: number, other: number): string =>
    `sessionTTLInSeconds ${one}, sessionIdleTimeoutInSeconds ${other}`;
  const { sessionTTLInSeconds, sessionIdleTimeoutInSeconds } = session;
  const actual = text(sessionTTLInSeconds, sessionIdleTimeoutInSeconds);
  return judge(actual === text(ttl, idle), actual, text(ttl, idle));
}

function isThat(got: Session, session: Session): StepResult {
  const different = FIELDS.filter((field) => got[field] !== session[field]);
  return judge(
    different.length === 0,
    different.map((field) => `${field} ${got[field]}`).join(', ') || 'the same',
  );
}

function isUnknownFunction(refusal: Refusal): StepResult {
  const result = isRefused(refusal, [404, 404]);
  if (refusal.kind !== 'refused' || refusal.error.code === 'FunctionNotFound') return result;
  return judge(false, `code ${refusal.error.code}`);
}
