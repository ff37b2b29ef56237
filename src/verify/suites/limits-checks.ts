import type { CheckText as Check } from '../check.js';
import { source } from '../sources.js';

const check = (what: string, title: string, expected: string, from: string): Check => ({
  id: `limits.${what}`,
  title,
  expected,
  source: from,
});

const REFUSED = 'status 400, code InvalidArgument';
const EXHAUSTED = 'status 429, code ResourceExhausted';

/** Long heads, wrong IDs, 200 requests in flight, more sessions than there are slots. */
export const LIMITS_CHECKS: readonly Check[] = [
  check('target.4096', 'path and query of 4096 bytes are taken', 'status 200', source('web', 'G14')),
  check('target.4097', 'one byte more is refused', REFUSED, source('web', 'G14')),
  check('headers.8192', 'header lines of 8192 bytes in all are taken', 'status 200', source('web', 'G14')),
  check('headers.8193', 'one byte more is refused', REFUSED, source('web', 'G14')),
  check(
    'headers.not-called',
    'the function is not called for what is too long',
    'no instance',
    source('web', 'G14'),
  ),
  check('id.unknown', 'an ID that nobody issued', 'a new session', source('inferred', 'C22 U7')),
  check(
    'id.malformed',
    'an ID that breaks the grammar',
    'a new session, or status 400',
    source('header', 'H06 H07'),
  ),
  check(
    'load.bound',
    'with 200 requests in flight on its instance a session gets 429 at once',
    EXHAUSTED,
    source('practices', 'G04'),
  ),
  check('load.not-called', 'the function is not called for it', 'no instance', source('practices', 'G04')),
  check('load.new-session', 'a new session is served meanwhile', 'status 200', source('practices', 'G05')),
  check(
    'load.new-instance',
    'by another instance, though the first has a free slot',
    'another instance than the one with 200 in flight',
    source('practices', 'G05'),
  ),
  check(
    'load.released',
    'when the requests have ended, the session is served again',
    'status 200',
    source('practices', 'G04'),
  ),
  check(
    'burst.answered',
    'of 50 simultaneous first requests as many are answered as there are slots',
    'status 200 for each slot, 429 for the rest',
    source('cookie', 'C08'),
  ),
  check(
    'burst.places',
    'no instance is given more sessions than it takes',
    'at most sessionConcurrencyPerInstance on each',
    source('cookie', 'C08'),
  ),
  check(
    'ceiling.status',
    'a session more than all instances take is refused',
    EXHAUSTED,
    source('errors', '§4.6'),
  ),
  check('ceiling.nothing-told', 'the answer names no ID', 'none', source('inferred', 'U44')),
  check('ceiling.not-called', 'the function is not called for it', 'no instance', source('errors', '§4.6')),
  check(
    'ceiling.bound',
    'an Active session is served all the same',
    'status 200',
    source('inferred', '§4.6'),
  ),
];
