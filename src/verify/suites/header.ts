import { isSessionId } from '../../model/limits.js';
import { type Filling, fillInstance } from '../fill-instance.js';
import { findSeats, goesElsewhere, sharesInstance } from '../places.js';
import type { Step } from '../report.js';
import { type Finding, judge, NotApplicable, type Suite } from '../suite.js';
import type { Trial } from '../trial.js';
import { compareInstances, unknownInstance, type Witness } from '../witness.js';
import { HEADER_CHECKS } from './header-checks.js';
import { HeaderClient, type HeaderVisit } from './header-client.js';
import { spread } from './header-spread.js';

/** Needs a control API and a function with HEADER_FIELD. */
export const header: Suite = { id: 'header', checks: HEADER_CHECKS, run };

async function* run(trial: Trial): AsyncGenerator<Step> {
  const client = new HeaderClient(trial, headerNameOf(trial));
  const first = await client.visit('no header');
  yield trial.step('header.generated.status', isStatus(first, 200), first.answer);
  yield trial.step('header.generated.returned', returnsId(first, client.headerName), first.answer);
  const sessionId = first.returned[0];
  if (sessionId === undefined) throw new NotApplicable('the first request was given no session ID');

  const again = await client.visit('its ID', sessionId);
  yield trial.step('header.known.same-instance', isSame(first, again), again.answer);
  yield trial.step('header.known.not-echoed', returnsNothing(again), again.answer);
  const shouted = await client.visit('in capitals', sessionId, client.headerName.toUpperCase());
  yield trial.step('header.case.same-instance', isSame(first, shouted), shouted.answer);

  const seats = await findSeats(trial, first.witness);
  const chosen = await client.visit('ID of our own', client.newId());
  const pair = { first: first.witness, second: chosen.witness };
  yield trial.step('header.chosen.status', isStatus(chosen, 200), chosen.answer);
  yield trial.step('header.chosen.same-instance', sharesInstance(pair, seats), chosen.answer);
  yield trial.step('header.chosen.not-echoed', returnsNothing(chosen), chosen.answer);

  const filling = await fill(trial, client, first.witness);
  const beyond = await client.visit('one more', client.newId());
  const pairBeyond = { first: first.witness, second: beyond.witness };
  yield trial.step('header.full.new-instance', goesElsewhere(pairBeyond, filling), beyond.answer);

  yield* grammar(trial, client);
  yield* spread(trial, client);
  const { cookiesSeen } = client;
  yield trial.step(
    'header.cookie.never-set',
    judge(cookiesSeen === 0, cookiesSeen === 0 ? 'none' : `${cookiesSeen}`),
  );
}

/** @throws NotApplicable */
function headerNameOf({ control, target }: Trial): string {
  if (control === undefined) throw new NotApplicable('the header suite needs a control API');
  const { functionName, sessionAffinity, sessionAffinityConfig } = control.served.config;
  if (sessionAffinity !== 'HEADER_FIELD') {
    throw new NotApplicable(`function ${functionName} has ${sessionAffinity}, not HEADER_FIELD`);
  }
  const name = target.headerName ?? sessionAffinityConfig.affinityHeaderFieldName;
  if (name === undefined) throw new NotApplicable('the name of the header is not known');
  return name;
}

async function* grammar(trial: Trial, client: HeaderClient): AsyncGenerator<Step> {
  const tail = trial.ids.sessionId();
  const attempts = [
    { what: '64-characters', sessionId: tail.padEnd(64, 'x'), status: 200 },
    { what: '65-characters', sessionId: tail.padEnd(65, 'x'), status: 400 },
    { what: 'leading-dash', sessionId: `-${tail}`, status: 400 },
    { what: 'leading-underscore', sessionId: `_${tail}`, status: 200 },
    { what: 'leading-digit', sessionId: `7${tail}`, status: 200 },
  ] as const;
  for (const { what, sessionId, status } of attempts) {
    const visited = await client.visit(what, sessionId);
    yield trial.step(`header.grammar.${what}`, isStatus(visited, status), visited.answer);
  }
}

async function fill(trial: Trial, client: HeaderClient, first: Witness): Promise<Filling> {
  if (first.kind !== 'known') return { kind: 'not-full', reason: unknownInstance(first) };
  const open = (): Promise<HeaderVisit> => client.visit(undefined, client.newId());
  return fillInstance(trial, { instanceId: first.instanceId, seated: 0, open });
}

function isStatus({ answer }: HeaderVisit, status: number): Finding {
  const said = answer.status === status ? '' : `: ${answer.body.slice(0, 200)}`;
  return judge(answer.status === status, `status ${answer.status}${said}`);
}

function returnsId({ returned }: HeaderVisit, headerName: string): Finding {
  const [sessionId = ''] = returned;
  const actual =
    returned.map((value) => `${headerName}: ${value}`).join(' and ') || `no header ${headerName}`;
  return judge(returned.length === 1 && isSessionId(sessionId), actual);
}

function returnsNothing({ returned }: HeaderVisit): Finding {
  return judge(returned.length === 0, returned.join(' and ') || 'none');
}

function isSame(first: HeaderVisit, second: HeaderVisit): Finding {
  return compareInstances({ first: first.witness, second: second.witness, wanted: 'same' });
}
