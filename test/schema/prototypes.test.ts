import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { FcError } from '../../src/model/errors.js';
import {
  ADVANCE_BODY,
  checkBody,
  checkQuery,
  LIST_INSTANCES_QUERY,
  parseCreateSession,
  parseUpdateSession,
} from '../../src/schema/index.js';
import { MOUNTS } from '../../src/schema/mounts.js';

/** T14 asks for 100,000, which takes half a minute: FC_AFFINITY_FUZZ_CASES=100000. Over HTTP security.test.ts asks with 500. */
const CASES = Number(process.env.FC_AFFINITY_FUZZ_CASES ?? 10_000);

const poison = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'polluted',
);
const known = fc.constantFrom(
  ...['sessionId', 'sessionTTLInSeconds', 'disableSessionIdReuse', 'milliseconds'],
  ...[
    'nasConfig',
    'ossMountConfig',
    'polarFsConfig',
    'juiceFsConfig',
    'envs',
    'mountPoints',
    'args',
    'userId',
  ],
);
const { body } = fc.letrec<Record<'object' | 'list' | 'value' | 'body', string>>((tie) => ({
  object: fc
    .array(fc.tuple(fc.oneof(poison, known), tie('value')), { maxLength: 4 })
    // Written by hand: a literal with __proto__ would not have it as a key.
    .map((pairs) => `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`),
  list: fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      '1',
      '60',
      'true',
      'null',
      '"yes"',
      '"__proto__"',
      '{"polluted":"yes"}',
      '{"__proto__":{"polluted":"yes"}}',
    ),
    tie('object'),
    tie('list'),
  ),
  body: tie('object'),
}));

const SESSION_BODY = z.object(MOUNTS);
const PARSERS: readonly ((text: string) => unknown)[] = [
  (text) => checkBody(SESSION_BODY, JSON.parse(text)),
  (text) => checkBody(ADVANCE_BODY, JSON.parse(text)),
  (text) => checkQuery(LIST_INSTANCES_QUERY, new URLSearchParams({ instanceIds: text, constructor: text })),
];
/** These make their schema anew each time, which takes a millisecond: asked by each hundredth case. */
const SLOW_PARSERS: typeof PARSERS = [
  (text) => parseCreateSession(JSON.parse(text)),
  (text) => parseUpdateSession(JSON.parse(text)),
];

test(`${CASES} bodies that name prototypes change none, and nothing of a prototype comes out of them (T14)`, () => {
  const before = globals();
  let cases = 0;
  let accepted = 0;

  fc.assert(
    fc.property(body, (text) => {
      for (const parse of cases++ % 100 === 0 ? [...PARSERS, ...SLOW_PARSERS] : PARSERS) {
        try {
          expectPlain(parse(text));
          accepted += 1;
        } catch (error) {
          if (!(error instanceof FcError)) throw error;
        }
        if (({} as { polluted?: unknown }).polluted !== undefined)
          throw new Error('every object is polluted');
      }
    }),
    { numRuns: CASES },
  );

  expect(globals()).toEqual(before);
  expect(cases).toBe(CASES);
  expect(accepted).toBeGreaterThan(CASES / 10);
});

/** Every object in it has the prototype that a literal has, and no key of another meaning. */
function expectPlain(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== (Array.isArray(value) ? Array.prototype : Object.prototype)) {
    throw new Error(`a strange prototype in ${JSON.stringify(value)}`);
  }
  if ('polluted' in value && !Object.hasOwn(value, 'polluted')) throw new Error('an inherited key');
  for (const held of Object.values(value)) expectPlain(held);
}

function globals(): unknown[] {
  return [Object, Array, Function, String, Number, Boolean, URLSearchParams].map(({ name, prototype }) => [
    name,
    Reflect.ownKeys(prototype).map(String),
  ]);
}
