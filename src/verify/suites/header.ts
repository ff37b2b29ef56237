import { isSessionId } from '../../model/limits.js';
import { hasStatus, judge, type StepResult } from '../check.js';
import { compareInstances, instanceOf } from '../served-by.js';
import { namesNoSession, SessionClient, type SessionRequest } from '../session-client.js';
import {
  type Filling,
  fillInstance,
  findSlots,
  goesElsewhere,
  type Slots,
  sharesInstance,
} from '../slots.js';
import { source } from '../sources.js';
import { type Spread, spreadOver } from '../spread.js';
import { NotApplicable, once, type Suite } from '../suite.js';
import type { SuiteRun } from '../suite-run.js';

/** The requests of the suite. Each is sent when a check first asks for it. */
interface HeaderScene {
  readonly client: SessionClient;
  /** A request without the header. */
  first(): Promise<SessionRequest>;
  /** With the ID that it was given. */
  again(): Promise<SessionRequest>;
  /** With the header's name in capitals. */
  upperCase(): Promise<SessionRequest>;
  /** Whether the first instance has a free slot before the next request. */
  slots(): Promise<Slots>;
  /** With an ID of the client's own. */
  chosen(): Promise<SessionRequest>;
  /** Whether the first instance is full before the next request. */
  filling(): Promise<Filling>;
  beyond(): Promise<SessionRequest>;
  /** Part of the IDs that try the grammar. */
  readonly tail: string;
  spread(): Promise<Spread>;
}

const TAKEN = { expected: 'status 200' };
const REFUSED = { expected: 'status 400' };
const NOT_ECHOED = {
  expected: 'no response header of the configured name',
  source: source('inferred', 'H15'),
};

/** The walkthrough of the header field, and the grammar and spread of its IDs. */
export const header: Suite<HeaderScene> = {
  id: 'header',
  open: openHeader,
  checks: [
    {
      id: 'header.generated.status',
      title: 'a request without the header is answered',
      expected: 'status 200',
      source: source('header', 'H01'),
      async judge({ first }) {
        const { answer } = await first();
        const ends = `the first request was answered with status ${answer.status}`;
        return { ...hasStatus(answer, 200), ends };
      },
    },
    {
      id: 'header.generated.returned',
      title: 'it gets an ID in the response header of that name',
      expected: 'one response header of the configured name, holding a session ID',
      source: source('header', 'H01'),
      judge: async ({ first, client }) => returnsId(await first(), client),
    },
    {
      id: 'header.known.same-instance',
      title: 'that ID sent back leads to the same instance',
      expected: 'the instance that made it',
      source: source('header', 'H02'),
      judge: async ({ first, again }) => compareInstances(await first(), await again(), { wanted: 'same' }),
    },
    {
      id: 'header.known.not-echoed',
      title: 'an ID that the client sent is not echoed',
      ...NOT_ECHOED,
      judge: async ({ again }) => namesNoSession(await again()),
    },
    {
      id: 'header.case.same-instance',
      title: "the letter case of the header's name does not matter",
      expected: 'the instance of that ID',
      source: source('header', 'H05'),
      judge: async ({ first, upperCase }) => isSameSession(await first(), await upperCase()),
    },
    {
      id: 'header.chosen.status',
      title: 'an ID that the client chose is taken',
      ...TAKEN,
      source: source('header', 'H03'),
      judge: async ({ chosen }) => hasStatus((await chosen()).answer, 200),
    },
    {
      id: 'header.chosen.same-instance',
      title: 'its session shares the first instance while that has a free slot',
      expected: 'the instance of the first session, which has a free slot',
      source: source('header', 'H03'),
      judge: async ({ first, chosen, slots }) => sharesInstance(await first(), await chosen(), await slots()),
    },
    {
      id: 'header.chosen.not-echoed',
      title: 'an ID that the client chose is not echoed',
      ...NOT_ECHOED,
      judge: async ({ chosen }) => namesNoSession(await chosen()),
    },
    {
      id: 'header.full.new-instance',
      title: 'a session more than the instance takes goes to another instance',
      expected: 'another instance than that of the first session, which is full',
      source: source('header', 'H04'),
      judge: async ({ first, beyond, filling }) =>
        goesElsewhere(await first(), await beyond(), await filling()),
    },
    {
      id: 'header.grammar.64-characters',
      title: 'an ID of 64 characters is taken',
      ...TAKEN,
      source: source('header', 'H06'),
      judge: (scene) => isTaken(scene, '64-characters', scene.tail.padEnd(64, 'x')),
    },
    {
      id: 'header.grammar.65-characters',
      title: 'an ID of 65 characters is refused',
      ...REFUSED,
      source: source('header', 'H06'),
      judge: (scene) => isRefused(scene, '65-characters', scene.tail.padEnd(65, 'x')),
    },
    {
      id: 'header.grammar.leading-dash',
      title: 'an ID that begins with "-" is refused',
      ...REFUSED,
      source: source('header', 'H07'),
      judge: (scene) => isRefused(scene, 'leading-dash', `-${scene.tail}`),
    },
    {
      id: 'header.grammar.leading-underscore',
      title: 'an ID that begins with "_" is taken',
      ...TAKEN,
      source: source('header', 'H07'),
      judge: (scene) => isTaken(scene, 'leading-underscore', `_${scene.tail}`),
    },
    {
      id: 'header.grammar.leading-digit',
      title: 'an ID that begins with a digit is taken',
      ...TAKEN,
      source: source('header', 'H07'),
      judge: (scene) => isTaken(scene, 'leading-digit', `7${scene.tail}`),
    },
    {
      id: 'header.spread.instances',
      title: 'twice as many new IDs as an instance takes fill two instances',
      expected: 'two instances',
      source: source('header', 'H12'),
      judge: async ({ spread }) => (await spread()).fillsExactly(),
    },
    {
      id: 'header.spread.repeats',
      title: 'the same IDs again start nothing and stay where they are',
      expected: 'every ID on the instance that it had',
      source: source('header', 'H12'),
      judge: async ({ spread }) => (await spread()).staysOnInstances(),
    },
    {
      id: 'header.cookie.never-set',
      title: 'no response sets a session cookie',
      expected: 'no Set-Cookie named x-fc-cookie-session-id in any response',
      source: source('inferred', 'H17'),
      judge: ({ client }) => judge(client.cookiesSeen === 0, String(client.cookiesSeen || 'none')),
    },
  ],
};

function openHeader(run: SuiteRun): HeaderScene {
  const client = new SessionClient(run, headerNameOf(run));
  const first = once(() => client.send(undefined, { label: 'no header' }));
  const idOf = async (): Promise<string | undefined> => (await first()).sessionIds[0];
  const slots = once(async () => findSlots(run, await (await first()).servedBy()));
  const chosen = once(async () => {
    await slots();
    return client.send(client.newId(), { label: 'ID of our own' });
  });
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
    beyond: once(async () => {
      await filling();
      return client.send(client.newId(), { label: 'one more' });
    }),
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
  const { functionName, sessionAffinity, sessionAffinityConfig } = control.served.config;
  if (sessionAffinity !== 'HEADER_FIELD') {
    throw new NotApplicable(`function ${functionName} has ${sessionAffinity}, not HEADER_FIELD`);
  }
  const name = target.headerName ?? sessionAffinityConfig.affinityHeaderFieldName;
  if (name === undefined) throw new NotApplicable('the name of the header is not known');
  return name;
}

/** Without an ID the checks after this one have nothing to send. */
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

/** A new session can be on the same instance. */
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
