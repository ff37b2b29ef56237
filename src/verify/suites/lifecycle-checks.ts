import type { CheckText as Check } from '../check.js';
import { source } from '../sources.js';

const check = (what: string, title: string, expected: string, from: string): Check => ({
  id: `lifecycle.${what}`,
  title,
  expected,
  source: from,
});

const ENDS: readonly Check[] = [
  check('ttl.used', 'a session ends by its TTL though it is used', 'Expired', source('lifecycle', 'C17')),
  check('again.status', 'its ID used again is answered', 'status 200', source('lifecycle', 'C19 H18')),
  check(
    'again.told',
    'the answer names the session as a new one',
    'the ID, by cookie',
    source('inferred', 'U6 H15'),
  ),
  check(
    'again.session',
    'that opens a new session under the same ID',
    'an Active session of that ID with a later createdTime',
    source('lifecycle', 'C19 H18'),
  ),
  check(
    'again.listed',
    'the session that ended stays listed beside it',
    'one Active and one Expired of that ID',
    source('inferred', 'U20'),
  ),
  check(
    'idle.used',
    'a used session does not end by its idle time',
    'Active, as created',
    source('lifecycle', 'C18'),
  ),
  check('idle.ends', 'an unused one does', 'Expired', source('lifecycle', 'C18')),
];

const CHANGES: readonly Check[] = [
  check(
    'update.lengthened',
    'a lengthened TTL holds',
    'Active after its first TTL',
    source('lifecycle', 'A10'),
  ),
  check(
    'update.from-creation',
    'a new TTL counts from the creation, not from the update',
    'Expired',
    source('inferred', 'A11'),
  ),
  check(
    'update.shortened',
    'a TTL shorter than its age ends a session at once',
    'Expired',
    source('inferred', 'A11'),
  ),
  check(
    'delete.used-again',
    'the ID of a deleted session opens a new one',
    'a new session',
    source('lifecycle', 'C25 A17'),
  ),
  check(
    'place.expired',
    'the slot of an expired session is used again',
    'the instance of the ended session',
    source('cookie', 'C27'),
  ),
  check(
    'place.deleted',
    'the slot of a deleted session is used again',
    'the instance of the ended session',
    source('cookie', 'C27'),
  ),
];

const ISOLATED: readonly Check[] = [
  check(
    'isolated.ends',
    'an isolated instance ends with its session',
    'no longer Running',
    source('isolation', 'G09'),
  ),
  check('isolated.not-shared', 'and serves no other', 'another instance', source('isolation', 'G09')),
  check('pause.status', 'a paused session is Paused', 'sessionStatus Paused', source('hibernation', 'A20')),
  check('pause.instance', 'its instance is gone', 'not listed', source('hibernation', 'A20')),
  check('pause.refused', 'its requests are refused', 'status 4xx', source('hibernation', 'A20')),
  check(
    'pause.twice',
    'PauseSession of a paused session is refused',
    'status 4xx',
    source('hibernation', 'A20'),
  ),
  check(
    'pause.update',
    'UpdateSession of a paused session is refused',
    'status 4xx',
    source('hibernation', 'A22'),
  ),
  check(
    'resume.session',
    'a resumed session is the same one on another instance',
    'Active, same createdTime, another containerId',
    source('hibernation', 'A21'),
  ),
  check(
    'resume.served',
    'that instance serves its requests',
    "the session's containerId",
    source('hibernation', 'A21'),
  ),
  check(
    'resume.twice',
    'ResumeSession of an Active session is refused',
    'status 4xx',
    source('hibernation', 'A21'),
  ),
  check('resume.ttl', 'the pause did not stop its TTL', 'Expired', source('hibernation', 'A21')),
  check('pause.deleted', 'a paused session can be deleted', 'gone', source('hibernation', 'A22')),
];

const REUSE: readonly Check[] = [
  check(
    'no-reuse.refused',
    'with disableSessionIdReuse the ID of an ended session is refused',
    'status 400, code SessionExpired',
    source('lifecycle', 'C20 U31'),
  ),
  check(
    'no-reuse.not-called',
    'the function is not called for it',
    'no instance',
    source('lifecycle', 'C20'),
  ),
  check('no-reuse.nothing-told', 'the answer names no other ID', 'none', source('lifecycle', 'C20')),
  check(
    'no-reuse.within-3-days',
    'just before 3 days it is still refused',
    'status 400, code SessionExpired',
    source('lifecycle', 'C20'),
  ),
  check(
    'no-reuse.after-3-days',
    'after 3 days it is accepted as new',
    'a new session',
    source('lifecycle', 'C21 U20'),
  ),
];

/** How sessions end and change, and whether their IDs and slots are used again. The steps that take days come last. */
export const LIFECYCLE_CHECKS: readonly Check[] = [...ENDS, ...CHANGES, ...ISOLATED, ...REUSE];
