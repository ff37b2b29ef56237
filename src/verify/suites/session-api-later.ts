import type { Session } from '../../model/session.js';
import { wait } from '../../system/wait.js';
import { judge, type StepResult, skip } from '../check.js';
import type { Step } from '../report.js';
import type { Control, SuiteRun } from '../suite-run.js';
import { isRefused, type SessionProbe, type Subject } from './session-probe.js';

/** Needs a second to pass: a session of one second expires, and an update is later than the creation. */
export async function* later(
  run: SuiteRun,
  control: Control,
  { probe, session }: Subject,
): AsyncGenerator<Step> {
  const brief = await probe.create({ sessionTTLInSeconds: 1 });
  const expiry = await untilExpired(run, control, { probe, session: brief });
  const ended = { ...probe.ref, sessionId: brief.sessionId };
  const unlessSkipped = async (look: () => Promise<StepResult>): Promise<StepResult> =>
    expiry.kind === 'expired' ? look() : skip(expiry.reason);

  yield run.step(
    'session-api.get.expired',
    await unlessSkipped(async () => isRefused(await probe.refusal(probe.sessions.get(ended)), [404, 404])),
  );
  yield run.step(
    'session-api.update.expired',
    await unlessSkipped(async () => {
      const update = probe.sessions.update(ended, { sessionTTLInSeconds: 60 });
      return isRefused(await probe.refusal(update), [400, 499]);
    }),
  );
  const update = probe.sessions.update(
    { ...probe.ref, sessionId: session.sessionId },
    { sessionTTLInSeconds: 1200 },
  );
  const updated = await probe.answer('UpdateSession', update);
  yield run.step('session-api.update.ttl', isUpdated(updated, session, expiry));
  yield* lists(run, probe, { updated, brief, expiry });
}

/** Whether the session of one second has ended, or why that is not known. */
type Expiry = { readonly kind: 'expired' } | { readonly kind: 'not-seen'; readonly reason: string };

const LONGEST_WAIT_MS = 10_000;

async function untilExpired(run: SuiteRun, { plane }: Control, { probe, session }: Subject): Promise<Expiry> {
  const { clock, target } = run;
  if (target.mayMoveClock) await plane.clock.advance(1100);
  else if ((await plane.clock.show()).frozen) {
    return { kind: 'not-seen', reason: "the target's clock is frozen" };
  }
  const deadline = clock.now() + LONGEST_WAIT_MS;
  for (;;) {
    const query = { ...probe.ref, sessionId: session.sessionId, sessionStatus: 'Expired' } as const;
    const { sessions } = await probe.answer('ListSessions', probe.sessions.list(query));
    if (sessions.length > 0) return { kind: 'expired' };
    if (target.mayMoveClock || clock.now() >= deadline) break;
    await wait(clock, 250, { keepAlive: true });
  }
  return { kind: 'not-seen', reason: 'a session of one second did not expire in time' };
}

function isUpdated(updated: Session, session: Session, expiry: Expiry): StepResult {
  const actual = `sessionTTLInSeconds ${updated.sessionTTLInSeconds}, instance ${updated.containerId}, createdTime ${updated.createdTime}, lastModifiedTime ${updated.lastModifiedTime}`;
  const kept = updated.containerId === session.containerId && updated.createdTime === session.createdTime;
  if (!kept || updated.sessionTTLInSeconds !== 1200) return judge(false, actual);
  if (expiry.kind === 'not-seen') return skip(expiry.reason, actual);
  return judge(updated.lastModifiedTime > session.lastModifiedTime, actual);
}

interface Listed {
  readonly updated: Session;
  readonly brief: Session;
  readonly expiry: Expiry;
}

async function* lists(
  run: SuiteRun,
  probe: SessionProbe,
  { updated, brief, expiry }: Listed,
): AsyncGenerator<Step> {
  const list = async (query: {
    sessionId?: string;
    sessionStatus?: 'Active' | 'Expired';
  }): Promise<readonly Session[]> =>
    (await probe.answer('ListSessions', probe.sessions.list({ ...probe.ref, ...query }))).sessions;

  const firstPage = await list({});
  yield run.step(
    'session-api.list.default-page',
    judge(firstPage.length <= 20, `${firstPage.length} sessions`),
  );
  const all = await probe.all();
  yield run.step('session-api.list.pages', listsOnce(all, [updated, brief]));
  const active = await list({ sessionStatus: 'Active' });
  yield run.step('session-api.list.active', areOnly(active, 'Active'));
  const expired = await list({ sessionStatus: 'Expired' });
  const isExpired = expiry.kind === 'expired';
  yield run.step('session-api.list.expired', isExpired ? areOnly(expired, 'Expired') : skip(expiry.reason));
  const found = [updated, brief].map(
    (one) => all.find(({ sessionId }) => sessionId === one.sessionId)?.sessionStatus,
  );
  const statuses = found.map((status) => status ?? 'not listed').join(', ');
  yield run.step(
    'session-api.list.both',
    isExpired ? judge(statuses === 'Active, Expired', statuses) : skip(expiry.reason),
  );
  const ofId = await list({ sessionId: updated.sessionId });
  const foreign = ofId.filter(({ sessionId }) => sessionId !== updated.sessionId).length;
  yield run.step(
    'session-api.list.by-id',
    judge(ofId.length === 1 && foreign === 0, `${ofId.length} entries, ${foreign} of another ID`),
  );
}

function listsOnce(all: readonly Session[], wanted: readonly Session[]): StepResult {
  const keys = all.map(
    ({ sessionId, createdTime, sessionStatus }) => `${sessionId} ${createdTime} ${sessionStatus}`,
  );
  const twice = keys.length - new Set(keys).size;
  const missing = wanted.filter(({ sessionId }) => !all.some((one) => one.sessionId === sessionId)).length;
  return judge(twice === 0 && missing === 0, `${all.length} sessions, ${twice} twice, ${missing} missing`);
}

function areOnly(sessions: readonly Session[], status: 'Active' | 'Expired'): StepResult {
  const others = sessions.filter(({ sessionStatus }) => sessionStatus !== status).length;
  return judge(
    sessions.length > 0 && others === 0,
    `${sessions.length} sessions, ${others} of another status`,
  );
}
