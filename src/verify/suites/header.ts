import { isSessionId } from '../../model/limits.js';
import { checksOf, hasStatus, judge, type StepResult } from '../check.js';
import { compareInstances, instanceOf } from '../served-by.js';
import { namesNoSession, SessionClient, type SessionRequest } from '../session-client.js';
import { fillInstance, findSlots, goesElsewhere, sharesInstance } from '../slots.js';
import { spreadOver } from '../spread.js';
import { expectAffinity, NotApplicable, once, onceAfter, type Suite } from '../suite.js';
import type { SuiteRun } from '../suite-run.js';

/** The requests of the suite. Each is sent for the first check that uses it. */
type HeaderScene = ReturnType<typeof openHeader>;

const check = checksOf<HeaderScene>();

/** A walkthrough with header affinity, the allowed IDs, and the distribution of sessions over instances. */
export const header: Suite<HeaderScene> = {
  id: 'header',
  open: openHeader,
  checks: [
    check('header.generated.status', 'a request without the header is answered')
      .promises('status 200', 'header H01')
      .judge(async ({ first }) => {
        const { answer } = await first();
        const ends = `the first request was answered with status ${answer.status}`;
        return { ...hasStatus(answer, 200), ends };
      }),
    check('header.generated.returned', 'the first response has the new ID in the affinity header')
      .promises('one response header of the configured name, holding a session ID', 'header H01')
      .judge(async ({ first, client }) => returnsId(await first(), client)),
    check('header.known.same-instance', 'a request with that ID goes to the same instance')
      .promises('the instance that made it', 'header H02')
      .judge(async ({ first, again }) => compareInstances(await first(), await again(), { wanted: 'same' })),
    check('header.known.not-echoed', 'an ID that the client sent is not echoed')
      .promises('no response header of the configured name', 'inferred H15')
      .judge(async ({ again }) => namesNoSession(await again())),
    check('header.case.same-instance', "the letter case of the header's name does not matter")
      .promises('the instance of that ID', 'header H05')
      .judge(async ({ first, upperCase }) => isSameSession(await first(), await upperCase())),
    check('header.chosen.status', 'an ID that the client chose is accepted')
      .promises('status 200', 'header H03')
      .judge(async ({ chosen }) => hasStatus((await chosen()).answer, 200)),
    check(
      'header.chosen.same-instance',
      'a second session shares the first instance while it has a free slot',
    )
      .promises('the instance of the first session, which has a free slot', 'header H03')
      .judge(async ({ first, chosen, slots }) =>
        sharesInstance(await first(), await chosen(), await slots()),
      ),
    check('header.chosen.not-echoed', 'an ID that the client chose is not echoed')
      .promises('no response header of the configured name', 'inferred H15')
      .judge(async ({ chosen }) => namesNoSession(await chosen())),
    check(
      'header.full.new-instance',
      'when the first instance is full, a new session goes to another instance',
    )
      .promises('another instance than that of the first session, which is full', 'header H04')
      .judge(async ({ first, beyond, filling }) =>
        goesElsewhere(await first(), await beyond(), await filling()),
      ),
    check('header.grammar.64-characters', 'an ID of 64 characters is accepted')
      .promises('status 200', 'header H06')
      .judge((scene) => isTaken(scene, '64-characters', scene.tail.padEnd(64, 'x'))),
    check('header.grammar.65-characters', 'an ID of 65 characters is refused')
      .promises('status 400', 'header H06')
      .judge((scene) => isRefused(scene, '65-characters', scene.tail.padEnd(65, 'x'))),
    check('header.grammar.leading-dash', 'an ID that begins with "-" is refused')
      .promises('status 400', 'header H07')
      .judge((scene) => isRefused(scene, 'leading-dash', `-${scene.tail}`)),
    check('header.grammar.leading-underscore', 'an ID that begins with "_" is accepted')
      .promises('status 200', 'header H07')
      .judge((scene) => isTaken(scene, 'leading-underscore', `_${scene.tail}`)),
    check('header.grammar.leading-digit', 'an ID that begins with a digit is accepted')
      .promises('status 200', 'header H07')
      .judge((scene) => isTaken(scene, 'leading-digit', `7${scene.tail}`)),
    check(
      'header.spread.instances',
      'new sessions, twice as many as one instance has slots, fill two instances',
    )
      .promises('two instances', 'header H12')
      .judge(async ({ spread }) => (await spread()).fillsExactly()),
    check('header.spread.repeats', 'a second request with each ID goes to the same instance and starts none')
      .promises('every ID on the instance that it had', 'header H12')
      .judge(async ({ spread }) => (await spread()).staysOnInstances()),
    check('header.cookie.never-set', 'no response sets a session cookie')
      .promises('no Set-Cookie named x-fc-cookie-session-id in any response', 'inferred H17')
      .judge(({ client }) => judge(client.cookiesSeen === 0, String(client.cookiesSeen || 'none'))),
  ],
};

function openHeader(run: SuiteRun) {
  const client = new SessionClient(run, headerNameOf(run));
  const first = once(() => client.send(undefined, { label: 'no header' }));
  const idOf = async (): Promise<string | undefined> => (await first()).sessionIds[0];
  /** Whether the first instance has a free slot before the next request. */
  const slots = once(async () => findSlots(run, await (await first()).servedBy()));
  const chosen = onceAfter(slots, () => client.send(client.newId(), { label: 'ID of our own' }));
  /** Whether the first instance is full before the next request. */
  const filling = once(async () => {
    const on = await (await first()).servedBy();
    const other = await (await chosen()).servedBy();
    const occupied = instanceOf(other) === instanceOf(on) ? 2 : 1;
    return fillInstance(run, { on, occupied, open: () => client.send(client.newId()) });
  });
  return {
    client,
    first,
    again: once(async () => client.send(await idOf(), { label: 'its ID' })),
    upperCase: once(async () =>
      client.send(await idOf(), { label: 'in capitals', name: client.headerName?.toUpperCase() }),
    ),
    slots,
    chosen,
    filling,
    beyond: onceAfter(filling, () => client.send(client.newId(), { label: 'one more' })),
    /** A part of the IDs in the checks of allowed characters and lengths. */
    tail: run.ids.sessionId(),
    spread: once(() => spreadOver(run, client)),
  };
}

/** @throws NotApplicable */
function headerNameOf({ control, target }: SuiteRun): string {
  if (control === undefined) {
    if (target.headerName !== undefined) return target.headerName;
    throw new NotApplicable('the header suite needs a control API, or --header-name');
  }
  expectAffinity(control, 'HEADER_FIELD');
  const name = target.headerName ?? control.served.config.sessionAffinityConfig.affinityHeaderFieldName;
  if (name === undefined) throw new NotApplicable('the name of the header is not known');
  return name;
}

/** Without an ID, the checks after this one cannot run. */
function returnsId({ answer, sessionIds, sessionLines }: SessionRequest, client: SessionClient): StepResult {
  const [sessionId = ''] = sessionIds;
  return {
    ...judge(
      sessionIds.length === 1 && isSessionId(sessionId),
      sessionLines.join(' and ') || `no header ${client.headerName}`,
    ),
    ...(sessionIds.length === 0 && { ends: 'the first request was given no session ID' }),
    judged: answer,
  };
}

/** The same instance does not prove the same session, so a new session fails the check too. */
async function isSameSession(first: SessionRequest, again: SessionRequest): Promise<StepResult> {
  const { answer, sent, sessionIds, sessionLines } = again;
  const isNew = sessionIds.some((sessionId) => sessionId !== sent);
  if (isNew) return { ...judge(false, `a new session, ${sessionLines.join(' and ')}`), judged: answer };
  return compareInstances(first, again, { wanted: 'same' });
}

async function isTaken({ client }: HeaderScene, label: string, sessionId: string): Promise<StepResult> {
  return hasStatus((await client.send(sessionId, { label })).answer, 200);
}

async function isRefused({ client }: HeaderScene, label: string, sessionId: string): Promise<StepResult> {
  return hasStatus((await client.send(sessionId, { label })).answer, 400);
}
