import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sanitize } from '../../src/model/sanitize.js';

test.each([
  ['\x1b[2J', '\\x1b[2J'],
  ['a\r\nb', 'a\\x0d\\x0ab'],
  ['\x00\x07\x7f\x80\x9b\x9f', '\\x00\\x07\\x7f\\x80\\x9b\\x9f'],
  ['\u202a\u202e\u2066\u2069', '\\u202a\\u202e\\u2066\\u2069'],
])('what could take over a terminal is written out: %j (T10)', (text, shown) => {
  expect(sanitize(text)).toBe(shown);
});

test('tabs, accents, emoji and other scripts are left alone', () => {
  const text = 'col\tcol é 漢字 👩‍💻 ‏עברית \\x1b';
  expect(sanitize(text)).toBe(text);
});

test('no text whatever leaves a control byte (T10, I29)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(sanitize(text)).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
    }),
  );
});
