import type { SessionAffinityType } from '../../model/function.js';
import type { Session } from '../../model/session.js';
import { wait } from '../../system/wait.js';
import { SessionClient } from '../session-client.js';
import { SessionProbe } from '../session-probe.js';
import { NotApplicable, once } from '../suite.js';
import type { Control, SuiteRun } from '../suite-run.js';

/** The sessions of the suite. Each is created for the first check that uses it. */
export type ApiScene = ReturnType<typeof openApi>;

export const HAVE_SESSION_API: readonly SessionAffinityType[] = ['GENERATED_COOKIE', 'HEADER_FIELD'];
const LONGEST_WAIT_MS = 10_000;

/** @throws NotApplicable */
export function openApi(run: SuiteRun) {
  const control = controlOf(run);
  const client = SessionClient.of(run);
  const probe = new SessionProbe(run, control);
  const session = once(() => probe.create({}));
  /** A session with a TTL of one second. */
  const brief = once(() => probe.create({ sessionTTLInSeconds: 1 }));
  /** The reason why the session did not expire in time; undefined when it has expired. */
  const notEnded = once(async () => whyNotEnded(run, probe, await brief()));
  /** The first session after its update. */
  const updated = once(async () => {
    const update = probe.sessions.update(probe.refTo(await session()), { sessionTTLInSeconds: 1200 });
    return probe.answer('UpdateSession', update);
  });
  return {
    run,
    control,
    client,
    probe,
    session,
    use: once(async () => client.send((await session()).sessionId)),
    brief,
    notEnded,
    updated,
    all: once(() => probe.all()),
  };
}

/** @throws NotApplicable */
function controlOf({ control }: SuiteRun): Control {
  if (control === undefined) throw new NotApplicable('the session-api suite needs a control API');
  const { functionName, sessionAffinity } = control.served.config;
  if (HAVE_SESSION_API.includes(sessionAffinity)) return control;
  throw new NotApplicable(`function ${functionName} has ${sessionAffinity}, whose sessions have no API`);
}

/** Waits until the session with a TTL of one second is listed as Expired. @returns the reason when it is not */
async function whyNotEnded(
  run: SuiteRun,
  probe: SessionProbe,
  { sessionId }: Session,
): Promise<string | undefined> {
  const { clock, target } = run;
  const time = await run.time();
  const obstacle = time.obstacle(1);
  if (obstacle !== undefined) return obstacle;
  if (target.mayMoveClock) await time.pass(1.1);
  const deadline = clock.now() + LONGEST_WAIT_MS;
  for (;;) {
    if ((await probe.list({ sessionId, sessionStatus: 'Expired' })).length > 0) return undefined;
    if (target.mayMoveClock || clock.now() >= deadline)
      return 'a session of one second did not expire in time';
    await wait(clock, 250, { keepAlive: true });
  }
}
