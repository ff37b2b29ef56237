import { expect, test } from 'vitest';
import { retryOf } from '../../src/gateway/failures.js';

const RESET = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
const REFUSED = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const UNPARSED = Object.assign(new Error('Parse Error'), { code: 'HPE_INVALID_CONSTANT' });
const FIRST = {
  error: RESET,
  method: 'GET',
  attempts: 1,
  hasBody: false,
  bodyTouched: false,
  replyBegun: false,
} as const;

test('what was reset before any answer is sent again, what was refused for any method (P-EXIT)', () => {
  expect(retryOf(FIRST)).toBe('reset');
  expect(retryOf({ ...FIRST, error: REFUSED, method: 'POST', hasBody: true })).toBe('refused');
});

test.each([
  ['an answer that could not be parsed', { error: UNPARSED }],
  ['an answer of which a byte came', { replyBegun: true }],
  ['a body', { hasBody: true }],
  ['a second failure', { attempts: 2 }],
  ['a second refused connection', { attempts: 2, error: REFUSED }],
  ['a refused connection, the body begun', { error: REFUSED, bodyTouched: true }],
  ['POST', { method: 'POST' }],
  ['DELETE', { method: 'DELETE' }],
])('after %s nothing is sent again (I21)', (_, more) => {
  expect(retryOf({ ...FIRST, ...more })).toBeUndefined();
});
