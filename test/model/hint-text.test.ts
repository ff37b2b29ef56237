import { describe, expect, test } from 'vitest';
import type { Hint } from '../../src/model/hint.js';
import { hintText } from '../../src/model/hint-text.js';

const WORDS: [hint: Hint, words: string][] = [
  [{ code: 'cookie-malformed' }, 'the session cookie is malformed'],
  [{ code: 'cookie-unknown' }, 'names no known session'],
  [{ code: 'cookie-path', folder: '/api' }, 'the browser sends it only below /api/'],
  [{ code: 'page-downloaded' }, '--custom-domain'],
];

describe('the words of a hint', () => {
  test.each(WORDS)('%j', (hint, words) => {
    expect(hintText(hint)).toContain(words);
  });
});
