import type { CheckText as Check } from '../check.js';
import { source } from '../sources.js';

/** The documented four requests: no cookie, that cookie, no cookie, no cookie, with two sessions an instance. */
export const WALKTHROUGH_CHECKS: readonly Check[] = [
  {
    id: 'walkthrough.1.status',
    title: 'a first request without a cookie is answered',
    expected: 'status 200',
    source: source('cookie', 'C01'),
  },
  {
    id: 'walkthrough.1.set-cookie',
    title: 'it sets the session cookie once',
    expected: 'exactly one Set-Cookie named x-fc-cookie-session-id',
    source: source('cookie', 'C01'),
  },
  {
    id: 'walkthrough.1.max-age',
    title: 'the cookie lasts as long as the session',
    expected: 'Max-Age=21600',
    source: source('cookie', 'C02 C16'),
  },
  {
    id: 'walkthrough.1.attributes',
    title: 'the cookie has no other attribute',
    expected: 'no attribute but Max-Age',
    source: source('cookie', 'C03'),
  },
  {
    id: 'walkthrough.1.request-id',
    title: 'the response carries its request ID',
    expected: 'X-Fc-Request-Id: 1-<8 hex>-<6 to 8 hex>-<12 hex>',
    source: source('cookie', 'C11'),
  },
  {
    id: 'walkthrough.2.status',
    title: 'a second request with that cookie is answered',
    expected: 'status 200',
    source: source('cookie', 'C05'),
  },
  {
    id: 'walkthrough.2.no-set-cookie',
    title: 'it sets no cookie again',
    expected: 'no Set-Cookie named x-fc-cookie-session-id',
    source: source('cookie', 'C05'),
  },
  {
    id: 'walkthrough.2.same-instance',
    title: 'it is served by the instance of the first',
    expected: 'the instance of request 1',
    source: source('cookie', 'C05'),
  },
  {
    id: 'walkthrough.3.status',
    title: 'a third request without a cookie is answered',
    expected: 'status 200',
    source: source('cookie', 'C06'),
  },
  {
    id: 'walkthrough.3.new-cookie',
    title: 'it opens a session of its own',
    expected: 'one x-fc-cookie-session-id with an ID that was not set before',
    source: source('cookie', 'C06'),
  },
  {
    id: 'walkthrough.3.same-instance',
    title: 'the second session shares the first instance',
    expected: 'the instance of request 1, which has a free slot',
    source: source('cookie', 'C07'),
  },
  {
    id: 'walkthrough.4.status',
    title: 'a fourth request without a cookie is answered',
    expected: 'status 200',
    source: source('cookie', 'C08'),
  },
  {
    id: 'walkthrough.4.new-cookie',
    title: 'it opens a session of its own',
    expected: 'one x-fc-cookie-session-id with an ID that was not set before',
    source: source('cookie', 'C09'),
  },
  {
    id: 'walkthrough.4.new-instance',
    title: 'a session more than the instance takes goes to another instance',
    expected: 'another instance than that of request 1, which is full',
    source: source('cookie', 'C08'),
  },
];
