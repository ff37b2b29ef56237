import { describe, expect, test } from 'vitest';
import { wrapText } from '../../src/model/wrap-text.js';

describe('text for a terminal', () => {
  test('breaks between words, and a longer word has a line of its own', () => {
    expect(wrapText('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapText('GET /a-long-path now', 8)).toEqual(['GET', '/a-long-path', 'now']);
  });

  test('indents the lines after the first, within the width', () => {
    expect(wrapText('one two three four', 9, '  ')).toEqual(['one two', '  three', '  four']);
  });

  test('keeps several spaces inside a line, a number with its ms, and an arrow with its word', () => {
    expect(wrapText('c1  1 of 2', 20)).toEqual(['c1  1 of 2']);
    expect(wrapText('end 12 ms)', 8)).toEqual(['end', '12 ms)']);
    expect(wrapText('c1  1 in flight  ← chosen', 20)).toEqual(['c1  1 in flight', '← chosen']);
  });
});
