import type { Step } from '../report.js';
import { type Finding, judge, skip } from '../suite.js';
import { type LifecycleStage, statusesOf } from './lifecycle-stage.js';
import { describe } from './session-client.js';

/** What UpdateSession does to the end of a session, and what DeleteSession leaves of its ID. */
export async function* changes(stage: LifecycleStage): AsyncGenerator<Step> {
  yield* updates(stage);
  yield stage.step('delete.used-again', await isForgotten(stage));
}

async function* updates(stage: LifecycleStage): AsyncGenerator<Step> {
  const { time, client, probe } = stage;
  const unit = time.unitInSeconds;
  const whats = ['update.lengthened', 'update.from-creation', 'update.shortened'];
  const obstacle = time.obstacle(unit);
  if (obstacle !== undefined) {
    yield* stage.skipped(whats, obstacle);
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
  // Used now, so that it is not the idle time, which a shorter TTL cuts, that ends it.
  await client.send(cut.sessionId);
  if ((await elapsedInUnits()) > 0.9) {
    yield* stage.skipped(whats, 'the requests took so long that a session could end before its update');
    return;
  }
  await setTTL(brief.sessionId, 10 * unit);
  await setTTL(cut.sessionId, unit);
  await time.pass(0.7 * unit);

  yield stage.step('update.lengthened', await stage.lives(brief));
  const ended = await stage.hasEnded(cut);
  const isLate = (await elapsedInUnits()) >= 1.6;
  const expected = `Expired ${unit} s after its creation`;
  yield stage.step(
    'update.from-creation',
    isLate && ended.status === 'passed' ? skip('it was looked at too late') : { ...ended, expected },
  );
  await client.send(long.sessionId);
  await setTTL(long.sessionId, unit);
  yield stage.step('update.shortened', await stage.hasEnded(long));
}

/** By header the new session is told from the old one by its TTL, which is the function's again. */
async function isForgotten(stage: LifecycleStage): Promise<Finding> {
  const { control, client, probe } = stage;
  const ofFunction = control.served.config.sessionAffinityConfig.sessionTTLInSeconds;
  const { sessionId } = await probe.create({ sessionTTLInSeconds: ofFunction === 600 ? 601 : 600 });
  await probe.sessions.delete({ ...probe.ref, sessionId });
  const visit = await client.send(sessionId, { label: 'after its deletion' });
  if (visit.answer.status !== 200) return judge(false, describe(visit.answer));
  if (client.headerName === undefined) {
    const isRenamed = visit.told.length === 1 && visit.told[0] !== sessionId;
    const expected = 'one Set-Cookie, of another session';
    return judge(isRenamed, visit.toldLines.join(' and ') || 'no session cookie', expected);
  }
  const found = await stage.generations(sessionId);
  const [only] = found;
  const isNew = only?.sessionStatus === 'Active' && only.sessionTTLInSeconds === ofFunction;
  const expected = `one Active session of that ID, with the function's TTL of ${ofFunction} s`;
  const ttl = only === undefined ? '' : `, TTL ${only.sessionTTLInSeconds} s`;
  return judge(found.length === 1 && isNew, `${statusesOf(found)}${ttl}`, expected);
}
