import { LIMITS } from '../../model/limits.js';
import type { Session } from '../../model/session.js';
import { checksOf, judge, type StepResult } from '../check.js';
import type { ApiScene } from './session-api-scene.js';

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

const check = checksOf<ApiScene>();

/** The answers and refusals of CreateSession, and GetSession of the new session. */
export const CREATE = [
  check('session-api.create.fields', 'CreateSession returns every field')
    .promises('every documented field', 'api A02')
    .judge(async ({ session }) => {
      const created = await session();
      const missing = FIELDS.filter((field) => created[field] === undefined);
      return judge(
        missing.length === 0,
        missing.length === 0 ? 'all of them' : `without ${missing.join(', ')}`,
      );
    }),
  check('session-api.create.active', 'the session is Active')
    .promises('sessionStatus Active', 'api A02')
    .judge(async ({ session }) => {
      const { sessionStatus } = await session();
      return judge(sessionStatus === 'Active', `sessionStatus ${sessionStatus}`);
    }),
  check('session-api.create.instance', 'the instance of a new session runs before the first request')
    .promises('an instance of ListInstances, Running', 'api A02 A03')
    .judge(async ({ control, session }) => {
      const { containerId } = await session();
      const instances = await control.plane.instances.list(control.ref);
      const status = instances.find(({ instanceId }) => instanceId === containerId)?.status;
      return judge(status === 'Running', `${containerId}, ${status ?? 'not listed'}`);
    }),
  check('session-api.create.default-times', 'TTL and idle time default to those of the function')
    .promises("the function's TTL and idle time", 'lifecycle A04 A07')
    .judge(async ({ control, session }) => {
      const config = control.served.config.sessionAffinityConfig;
      return hasTimes(await session(), config.sessionTTLInSeconds, config.sessionIdleTimeoutInSeconds);
    }),
  check('session-api.create.given-times', 'CreateSession accepts and returns a TTL and an idle time')
    .promises('sessionTTLInSeconds 600, sessionIdleTimeoutInSeconds 300', 'api A05')
    .judge(async ({ probe }) => {
      const input = { sessionTTLInSeconds: 600, sessionIdleTimeoutInSeconds: 300 };
      return hasTimes(await probe.create(input), 600, 300);
    }),
  check('session-api.create.qualifier', 'CreateSession accepts and returns the qualifier')
    .promises('the qualifier of the request', 'api A06')
    .judge(async ({ control, session }) => {
      const { qualifier } = await session();
      const wanted = control.ref.qualifier;
      return judge(qualifier === wanted, `qualifier ${qualifier}`, `qualifier ${wanted}`);
    }),
  check('session-api.create.ttl-0', 'a TTL of 0 is refused')
    .promises('status 400', 'api A08')
    .judge(({ probe }) => probe.isRefused(probe.create({ sessionTTLInSeconds: 0 }), 400)),
  check('session-api.create.ttl-21601', 'a TTL of 21601 is refused')
    .promises('status 400', 'api A08')
    .needs(needsLimit)
    .judge(({ probe }) => probe.isRefused(probe.create({ sessionTTLInSeconds: 21601 }), 400)),
  check('session-api.create.idle-minus-1', 'an idle time of -1 is refused')
    .promises('status 400', 'api A08')
    .judge(({ probe }) => probe.isRefused(probe.create({ sessionIdleTimeoutInSeconds: -1 }), 400)),
  check('session-api.create.idle-21601', 'an idle time of 21601 is refused')
    .promises('status 400', 'api A08')
    .needs(needsLimit)
    .judge(({ probe }) => probe.isRefused(probe.create({ sessionIdleTimeoutInSeconds: 21601 }), 400)),
  check('session-api.get.active', 'GetSession returns the session')
    .promises('the session as created', 'api A09')
    .judge(async ({ probe, session }) => {
      const created = await session();
      const got = await probe.answer('GetSession', probe.sessions.get(probe.refTo(created)));
      const different = FIELDS.filter((field) => got[field] !== created[field]);
      const actual = different.map((field) => `${field} ${got[field]}`).join(', ') || 'the same';
      return judge(different.length === 0, actual);
    }),
];

function needsLimit({ control }: ApiScene): string | undefined {
  const [, greatest] = LIMITS.sessionTTLInSeconds;
  const isLifted = control.served.config.sessionAffinityConfig.sessionTTLInSeconds > greatest;
  return isLifted ? 'this deployment does not apply the limit of 21600 s' : undefined;
}

function hasTimes(session: Session, ttl: number, idle: number): StepResult {
  const text = (one: number, other: number): string =>
    `sessionTTLInSeconds ${one}, sessionIdleTimeoutInSeconds ${other}`;
  const actual = text(session.sessionTTLInSeconds, session.sessionIdleTimeoutInSeconds);
  return judge(actual === text(ttl, idle), actual, text(ttl, idle));
}
