import { judge, type StepResult, skip } from '../check.js';
import type { Step } from '../report.js';
import { hasStatus } from '../round-trip.js';
import { type LifecycleRun, statusesOf } from './lifecycle-run.js';

/** What UpdateSession does to the end of a session, and whether the ID of a deleted session can be used again. */
export async function* changes(lifecycle: LifecycleRun): AsyncGenerator<Step> {
  yield* updates(lifecycle);
  yield lifecycle.step('delete.used-again', await isForgotten(lifecycle));
}

async function* updates(lifecycle: LifecycleRun): AsyncGenerator<Step> {
  const { time, client, probe } = lifecycle;
  const unit = time.unitInSeconds;
  const whats = ['update.lengthened', 'update.from-creation', 'update.shortened'];
  const obstacle = time.obstacle(unit);
  if (obstacle !== undefined) {
    yield* lifecycle.skipped(whats, obstacle);
    return;
  }
  const start = await time.now();
  const elapsedInUnits = async (): Promise<number> => ((await time.now()) - start) / 1000 / unit;
  const setTTL = (sessionId: string, sessionTTLInSeconds: number): Promise<unknown> =>
    probe.answer(
      'UpdateSession',
      probe.sessions.update({ ...probe.ref, sessionId }, { sessionTTLInSeconds }),
    );

  const brief = await probe.create({ sessionTTLInSeconds: unit });
  const cut = await probe.create({ sessionTTLInSeconds: 10 * unit });
  const long = await probe.create({ sessionTTLInSeconds: 10 * unit });
  await time.pass(0.6 * unit);
  // Used now, so that the TTL ends it and not its idle time, which a shorter TTL cuts.
  await client.send(cut.sessionId);
  if ((await elapsedInUnits()) > 0.9) {
    yield* lifecycle.skipped(whats, 'the requests took so long that a session could end before its update');
    return;
  }
  await setTTL(brief.sessionId, 10 * unit);
  await setTTL(cut.sessionId, unit);
  await time.pass(0.7 * unit);

  yield lifecycle.step('update.lengthened', await lifecycle.isActive(brief));
  const ended = await lifecycle.hasEnded(cut);
  const isLate = (await elapsedInUnits()) >= 1.6;
  const expected = `Expired ${unit} s after its creation`;
  yield lifecycle.step(
    'update.from-creation',
    isLate && ended.status === 'passed' ? skip('the requests took too long') : { ...ended, expected },
  );
  await client.send(long.sessionId);
  await setTTL(long.sessionId, unit);
  yield lifecycle.step('update.shortened', await lifecycle.hasEnded(long));
}

/** By header the TTL distinguishes the new session from the old one: it is the function's again. */
async function isForgotten(lifecycle: LifecycleRun): Promise<StepResult> {
  const { control, client, probe } = lifecycle;
  const ofFunction = control.served.config.sessionAffinityConfig.sessionTTLInSeconds;
  const { sessionId } = await probe.create({ sessionTTLInSeconds: ofFunction === 600 ? 601 : 600 });
  await probe.sessions.delete({ ...probe.ref, sessionId });
  const request = await client.send(sessionId, { label: 'after its deletion' });
  if (request.answer.status !== 200) return hasStatus(request.answer, 200);
  if (client.headerName === undefined) {
    const isRenamed = request.sessionIds.length === 1 && request.sessionIds[0] !== sessionId;
    const expected = 'one Set-Cookie, of another session';
    return judge(isRenamed, request.sessionLines.join(' and ') || 'no session cookie', expected);
  }
  const found = await lifecycle.generations(sessionId);
  const [only] = found;
  const isNew = only?.sessionStatus === 'Active' && only.sessionTTLInSeconds === ofFunction;
  const expected = `one Active session of that ID, with the function's TTL of ${ofFunction} s`;
  const ttl = only === undefined ? '' : `, TTL ${only.sessionTTLInSeconds} s`;
  return judge(found.length === 1 && isNew, `${statusesOf(found)}${ttl}`, expected);
}
