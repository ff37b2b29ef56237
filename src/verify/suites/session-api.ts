import type { SessionAffinityType } from '../../model/function.js';
import { LIMITS } from '../../model/limits.js';
import type { CreateSessionInput, Session } from '../../model/session.js';
import type { Step } from '../report.js';
import { type Finding, judge, NotApplicable, type Suite, skip } from '../suite.js';
import type { Control, Trial } from '../trial.js';
import { SESSION_API_CHECKS } from './session-api-checks.js';
import { later } from './session-api-later.js';
import { deletion, use } from './session-api-use.js';
import { isRefused, type Refusal, SessionProbe, type Subject } from './session-probe.js';

/** Needs a control API and a function with GENERATED_COOKIE or HEADER_FIELD. */
export const sessionApi: Suite = { id: 'session-api', checks: SESSION_API_CHECKS, run };

const HAVE_SESSION_API: readonly SessionAffinityType[] = ['GENERATED_COOKIE', 'HEADER_FIELD'];

async function* run(trial: Trial): AsyncGenerator<Step> {
  const control = controlOf(trial);
  const probe = new SessionProbe(trial, control);
  const session = await probe.create({});
  yield* creation(trial, control, { probe, session });
  const got = await probe.answer(
    'GetSession',
    probe.sessions.get({ ...probe.ref, sessionId: session.sessionId }),
  );
  yield trial.step('session-api.get.active', isThat(got, session));
  yield* use(trial, control, session);
  yield* later(trial, control, { probe, session });
  yield* deletion(trial, control, { probe, session });
  yield trial.step('session-api.unsupported.create', await refusesOthers(control, probe));
  const unknown = { functionName: `verify-${trial.ids.sessionId()}` };
  const refusal = await probe.refusal(probe.sessions.get({ ...unknown, sessionId: session.sessionId }));
  yield trial.step('session-api.unknown-function.error', tellsUnknown(refusal));
  const { uncoded, empty } = probe;
  yield trial.step(
    'session-api.errors.coded',
    judge(uncoded.length === 0, uncoded.join('; ') || `all of ${probe.refusals}`),
  );
  yield trial.step(
    'session-api.answers.json',
    judge(empty.length === 0, empty.join(', ') || `all of ${probe.answers}`),
  );
}

/** @throws NotApplicable */
function controlOf({ control }: Trial): Control {
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

async function* creation(trial: Trial, control: Control, { probe, session }: Subject): AsyncGenerator<Step> {
  const missing = FIELDS.filter((field) => session[field] === undefined);
  yield trial.step(
    'session-api.create.fields',
    judge(missing.length === 0, missing.length === 0 ? 'all of them' : `without ${missing.join(', ')}`),
  );
  yield trial.step(
    'session-api.create.active',
    judge(session.sessionStatus === 'Active', `sessionStatus ${session.sessionStatus}`),
  );
  const instances = await control.plane.instances.list(control.ref);
  const instance = instances.find(({ instanceId }) => instanceId === session.containerId);
  yield trial.step(
    'session-api.create.instance',
    judge(instance?.status === 'Running', `${session.containerId}, ${instance?.status ?? 'not listed'}`),
  );
  const { sessionTTLInSeconds: ttl, sessionIdleTimeoutInSeconds: idle } =
    control.served.config.sessionAffinityConfig;
  yield trial.step('session-api.create.default-times', hasTimes(session, ttl, idle));
  const given = await probe.create({ sessionTTLInSeconds: 600, sessionIdleTimeoutInSeconds: 300 });
  yield trial.step('session-api.create.given-times', hasTimes(given, 600, 300));
  const { qualifier } = control.ref;
  yield trial.step(
    'session-api.create.qualifier',
    judge(session.qualifier === qualifier, `qualifier ${session.qualifier}`, `qualifier ${qualifier}`),
  );
  yield* ranges(trial, control, probe);
}

async function* ranges(trial: Trial, control: Control, probe: SessionProbe): AsyncGenerator<Step> {
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
      yield trial.step(step, skip('this deployment has the limit of 21600 s lifted'));
      continue;
    }
    yield trial.step(step, isRefused(await probe.refusal(probe.create(input)), [400, 400]));
  }
}

async function refusesOthers({ plane }: Control, probe: SessionProbe): Promise<Finding> {
  const other = (await plane.functions.list()).find(
    ({ config }) => !HAVE_SESSION_API.includes(config.sessionAffinity),
  );
  if (other === undefined) return skip('no function without cookie or header affinity is served');
  const ref = { functionName: other.config.functionName };
  return isRefused(await probe.refusal(probe.sessions.create(ref, {})), [400, 499]);
}

function hasTimes(session: Session, ttl: number, idle: number): Finding {
  const told = (one: number, other: number): string =>
    `sessionTTLInSeconds ${one}, sessionIdleTimeoutInSeconds ${other}`;
  const { sessionTTLInSeconds, sessionIdleTimeoutInSeconds } = session;
  const actual = told(sessionTTLInSeconds, sessionIdleTimeoutInSeconds);
  return judge(actual === told(ttl, idle), actual, told(ttl, idle));
}

function isThat(got: Session, session: Session): Finding {
  const different = FIELDS.filter((field) => got[field] !== session[field]);
  return judge(
    different.length === 0,
    different.map((field) => `${field} ${got[field]}`).join(', ') || 'the same',
  );
}

function tellsUnknown(refusal: Refusal): Finding {
  const finding = isRefused(refusal, [404, 404]);
  if (refusal.kind !== 'refused' || refusal.error.code === 'FunctionNotFound') return finding;
  return judge(false, `code ${refusal.error.code}`);
}
