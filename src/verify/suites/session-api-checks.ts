import type { CheckText as Check } from '../check.js';
import { source } from '../sources.js';

const check = (what: string, title: string, expected: string, from: string): Check => ({
  id: `session-api.${what}`,
  title,
  expected,
  source: from,
});

/** The Session API: create, get, use, update, list, delete, and what it refuses. */
export const SESSION_API_CHECKS: readonly Check[] = [
  check(
    'create.fields',
    'CreateSession answers with every field',
    'every documented field',
    source('api', 'A02'),
  ),
  check('create.active', 'the session is Active', 'sessionStatus Active', source('api', 'A02')),
  check(
    'create.instance',
    'its instance runs before any request',
    'an instance of ListInstances, Running',
    source('api', 'A02 A03'),
  ),
  check(
    'create.default-times',
    "times left out are the function's",
    "the function's TTL and idle time",
    source('lifecycle', 'A04 A07'),
  ),
  check(
    'create.given-times',
    'times given are taken and answered',
    'sessionTTLInSeconds 600, sessionIdleTimeoutInSeconds 300',
    source('api', 'A05'),
  ),
  check('create.qualifier', 'the qualifier is answered', 'the qualifier asked for', source('api', 'A06')),
  check('create.ttl-0', 'a TTL of 0 is refused', 'status 400', source('api', 'A08')),
  check('create.ttl-21601', 'a TTL of 21601 is refused', 'status 400', source('api', 'A08')),
  check('create.idle-minus-1', 'an idle time of -1 is refused', 'status 400', source('api', 'A08')),
  check('create.idle-21601', 'an idle time of 21601 is refused', 'status 400', source('api', 'A08')),
  check('get.active', 'GetSession answers with the session', 'the session as created', source('api', 'A09')),
  check(
    'use.instance',
    'a request with its ID goes to its instance',
    "the session's containerId",
    source('cookie', 'C24 H19'),
  ),
  check(
    'use.nothing-planted',
    'the answer to that request names no other ID',
    'no session cookie, no session header',
    source('cookie', 'C24'),
  ),
  check('get.expired', 'GetSession of an expired session', 'status 404', source('api', 'A09')),
  check(
    'update.expired',
    'UpdateSession of an expired session is refused',
    'status 4xx',
    source('api', 'A12'),
  ),
  check(
    'update.ttl',
    'UpdateSession sets another TTL',
    'sessionTTLInSeconds 1200, same instance and createdTime, a later lastModifiedTime',
    source('api', 'A10'),
  ),
  check('list.default-page', 'a page has at most 20 by default', 'at most 20 sessions', source('api', 'A13')),
  check(
    'list.pages',
    'nextToken leads through all pages',
    'every session of the suite once, none twice',
    source('api', 'A13'),
  ),
  check('list.active', 'sessionStatus=Active filters', 'Active ones only', source('api', 'A14')),
  check('list.expired', 'sessionStatus=Expired filters', 'Expired ones only', source('api', 'A14')),
  check(
    'list.both',
    'without sessionStatus both are listed',
    'an Active and an Expired one',
    source('api', 'A14'),
  ),
  check('list.by-id', 'sessionId filters', 'every entry of that ID and no other', source('api', 'A15')),
  check('delete.gone', 'a deleted session is gone', 'status 404', source('lifecycle', 'A16 U18')),
  check('delete.unlisted', 'it is not listed either', 'no entry of that ID', source('inferred', 'A16')),
  check(
    'delete.used-again',
    'its ID used again opens a new session',
    'a new session',
    source('lifecycle', 'A17 C25'),
  ),
  check(
    'unsupported.create',
    'CreateSession on a function without cookie or header affinity is refused',
    'status 4xx',
    source('lifecycle', 'A19'),
  ),
  check(
    'unknown-function.error',
    'an unknown function is an error',
    'status 404, code FunctionNotFound',
    source('errors', 'A23'),
  ),
  check('errors.coded', 'every refusal carries its code', 'Code and Message each time', source('sdk', 'A24')),
  check(
    'answers.json',
    'every operation answers with a resource',
    'a Session or a page each time',
    source('sdk', 'A25'),
  ),
];
