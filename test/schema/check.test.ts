import { expect, test } from 'vitest';
import { read } from '../../src/schema/check.js';
import { choice, flag, integer, list, object, string } from '../../src/schema/fields.js';

const SCHEMA = object({
  seconds: integer(1, 10),
  kind: choice(['hot', 'cold']),
  points: list(object({ name: string(), open: flag() }), 'a list of objects'),
});

test('every issue of an input is reported, with its place and the kind of rule that it breaks', () => {
  const input = { seconds: 11, kind: 'warm', points: [{ name: 'a', open: true }, { name: 1 }] };
  expect(read(SCHEMA, input)).toEqual({
    issues: [
      { path: 'seconds', rule: 'range', message: 'seconds must be an integer from 1 to 10, got "11"' },
      { path: 'kind', rule: 'choice', message: 'kind must be "hot" or "cold", got the string "warm"' },
      { path: 'points[1].name', rule: 'type', message: 'points[1].name must be a string, got "1"' },
      { path: 'points[1].open', rule: 'type', message: 'points[1].open must be true or false, got nothing' },
    ],
  });
});

test('the whole input has no path', () => {
  expect(read(SCHEMA, [])).toEqual({
    issues: [{ path: '', rule: 'type', message: 'the body must be a JSON object, got an array' }],
  });
});
