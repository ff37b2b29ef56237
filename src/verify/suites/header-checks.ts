import type { CheckText as Check } from '../check.js';
import { source } from '../sources.js';

/** The walkthrough of the header field, and the grammar and spread of its IDs. */
export const HEADER_CHECKS: readonly Check[] = [
  {
    id: 'header.generated.status',
    title: 'a request without the header is answered',
    expected: 'status 200',
    source: source('header', 'H01'),
  },
  {
    id: 'header.generated.returned',
    title: 'it gets an ID in the response header of that name',
    expected: 'one response header of the configured name, holding a session ID',
    source: source('header', 'H01'),
  },
  {
    id: 'header.known.same-instance',
    title: 'that ID sent back leads to the same instance',
    expected: 'the instance that made it',
    source: source('header', 'H02'),
  },
  {
    id: 'header.known.not-echoed',
    title: 'an ID that the client sent is not echoed',
    expected: 'no response header of the configured name',
    source: source('inferred', 'H15'),
  },
  {
    id: 'header.case.same-instance',
    title: "the letter case of the header's name does not matter",
    expected: 'the instance of that ID',
    source: source('header', 'H05'),
  },
  {
    id: 'header.chosen.status',
    title: 'an ID that the client chose is taken',
    expected: 'status 200',
    source: source('header', 'H03'),
  },
  {
    id: 'header.chosen.same-instance',
    title: 'its session shares the first instance while that has a free slot',
    expected: 'the instance of the first session, which has a free slot',
    source: source('header', 'H03'),
  },
  {
    id: 'header.chosen.not-echoed',
    title: 'an ID that the client chose is not echoed',
    expected: 'no response header of the configured name',
    source: source('inferred', 'H15'),
  },
  {
    id: 'header.full.new-instance',
    title: 'a session more than the instance takes goes to another instance',
    expected: 'another instance than that of the first session, which is full',
    source: source('header', 'H04'),
  },
  {
    id: 'header.grammar.64-characters',
    title: 'an ID of 64 characters is taken',
    expected: 'status 200',
    source: source('header', 'H06'),
  },
  {
    id: 'header.grammar.65-characters',
    title: 'an ID of 65 characters is refused',
    expected: 'status 400',
    source: source('header', 'H06'),
  },
  {
    id: 'header.grammar.leading-dash',
    title: 'an ID that begins with "-" is refused',
    expected: 'status 400',
    source: source('header', 'H07'),
  },
  {
    id: 'header.grammar.leading-underscore',
    title: 'an ID that begins with "_" is taken',
    expected: 'status 200',
    source: source('header', 'H07'),
  },
  {
    id: 'header.grammar.leading-digit',
    title: 'an ID that begins with a digit is taken',
    expected: 'status 200',
    source: source('header', 'H07'),
  },
  {
    id: 'header.spread.instances',
    title: 'twice as many new IDs as an instance takes fill two instances',
    expected: 'two instances',
    source: source('header', 'H12'),
  },
  {
    id: 'header.spread.repeats',
    title: 'the same IDs again start nothing and stay where they are',
    expected: 'every ID on the instance that it had',
    source: source('header', 'H12'),
  },
  {
    id: 'header.cookie.never-set',
    title: 'no response sets a session cookie',
    expected: 'no Set-Cookie named x-fc-cookie-session-id in any response',
    source: source('inferred', 'H17'),
  },
];
