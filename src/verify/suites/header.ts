import { isSessionId } from '../../model/limits.js';
import { judge, type StepResult } from '../check.js';
import type { Step } from '../report.js';
import { hasStatus } from '../round-trip.js';
import { compareInstances, type ServedBy, whyUnknown } from '../served-by.js';
import { type Filling, fillInstance, findSlots, goesElsewhere, sharesInstance } from '../slots.js';
import { stepByStep } from '../step-by-step.js';
import { NotApplicable } from '../suite.js';
import type { SuiteRun } from '../suite-run.js';
import { HEADER_CHECKS } from './header-checks.js';
import { HeaderClient, type HeaderRequest } from './header-client.js';
import { spread } from './header-spread.js';

/** Needs a control API and a function with HEADER_FIELD. */
export const header = stepByStep({ id: 'header', checks: HEADER_CHECKS, steps });

async function* steps(run: SuiteRun): AsyncGenerator<Step> {
  const client = new HeaderClient(run, headerNameOf(run));
  const first = await client.send(undefined, { label: 'no header' });
  yield run.step('header.generated.status', hasStatus(first.answer, 200), first.answer);
  if (first.answer.status !== 200) {
    throw new NotApplicable(`the first request was answered with status ${first.answer.status}`);
  }
  yield run.step('header.generated.returned', returnsId(first, client.headerName), first.answer);
  const sessionId = first.returned[0];
  if (sessionId === undefined) throw new NotApplicable('the first request was given no session ID');

  const again = await client.send(sessionId, { label: 'its ID' });
  yield run.step('header.known.same-instance', isSame(first, again), again.answer);
  yield run.step('header.known.not-echoed', returnsNothing(again), again.answer);
  const name = client.headerName.toUpperCase();
  const upperCase = await client.send(sessionId, { label: 'in capitals', name });
  yield run.step('header.case.same-instance', isSame(first, upperCase), upperCase.answer);

  const slots = await findSlots(run, first.servedBy);
  const chosen = await client.send(client.newId(), { label: 'ID of our own' });
  const pair = { first: first.servedBy, second: chosen.servedBy };
  yield run.step('header.chosen.status', hasStatus(chosen.answer, 200), chosen.answer);
  yield run.step('header.chosen.same-instance', sharesInstance(pair, slots), chosen.answer);
  yield run.step('header.chosen.not-echoed', returnsNothing(chosen), chosen.answer);

  const filling = await fill(run, client, first.servedBy);
  const beyond = await client.send(client.newId(), { label: 'one more' });
  const pairBeyond = { first: first.servedBy, second: beyond.servedBy };
  yield run.step('header.full.new-instance', goesElsewhere(pairBeyond, filling), beyond.answer);

  yield* grammar(run, client);
  yield* spread(run, client);
  const { cookiesSeen } = client;
  yield run.step(
    'header.cookie.never-set',
    judge(cookiesSeen === 0, cookiesSeen === 0 ? 'none' : `${cookiesSeen}`),
  );
}

/** @throws NotApplicable */
function headerNameOf({ control, target }: SuiteRun): string {
  if (control === undefined) throw new NotApplicable('the header suite needs a control API');
  const { functionName, sessionAffinity, sessionAffinityConfig } = control.served.config;
  if (sessionAffinity !== 'HEADER_FIELD') {
    throw new NotApplicable(`function ${functionName} has ${sessionAffinity}, not HEADER_FIELD`);
  }
  const name = target.headerName ?? sessionAffinityConfig.affinityHeaderFieldName;
  if (name === undefined) throw new NotApplicable('the name of the header is not known');
  return name;
}

async function* grammar(run: SuiteRun, client: HeaderClient): AsyncGenerator<Step> {
  const tail = run.ids.sessionId();
  const attempts = [
    { what: '64-characters', sessionId: tail.padEnd(64, 'x'), status: 200 },
    { what: '65-characters', sessionId: tail.padEnd(65, 'x'), status: 400 },
    { what: 'leading-dash', sessionId: `-${tail}`, status: 400 },
    { what: 'leading-underscore', sessionId: `_${tail}`, status: 200 },
    { what: 'leading-digit', sessionId: `7${tail}`, status: 200 },
  ] as const;
  for (const { what, sessionId, status } of attempts) {
    const request = await client.send(sessionId, { label: what });
    yield run.step(`header.grammar.${what}`, hasStatus(request.answer, status), request.answer);
  }
}

async function fill(run: SuiteRun, client: HeaderClient, first: ServedBy): Promise<Filling> {
  if (first.kind !== 'known') return { kind: 'not-full', reason: whyUnknown(first) };
  const open = (): Promise<HeaderRequest> => client.send(client.newId());
  return fillInstance(run, { instanceId: first.instanceId, occupied: 0, open });
}

function returnsId({ returned }: HeaderRequest, headerName: string): StepResult {
  const [sessionId = ''] = returned;
  const actual =
    returned.map((value) => `${headerName}: ${value}`).join(' and ') || `no header ${headerName}`;
  return judge(returned.length === 1 && isSessionId(sessionId), actual);
}

function returnsNothing({ returned }: HeaderRequest): StepResult {
  return judge(returned.length === 0, returned.join(' and ') || 'none');
}

function isSame(first: HeaderRequest, second: HeaderRequest): StepResult {
  return compareInstances({ first: first.servedBy, second: second.servedBy, wanted: 'same' });
}
