/** C0 without the tab, DEL, C1, and the characters that turn the direction of writing. */
const UNSAFE = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;
const EVERY_UNSAFE = new RegExp(UNSAFE, 'g');

/**
 * Makes text that came from outside safe to show on a terminal or to keep in a log (quality T10, I29): what could move the cursor,
 * set a title, fill the clipboard or reverse the reading order is written out, as `\x1b` or `\u202e`. Tabs are kept.
 * Line ends are written out too, so the result is one line.
 */
export function sanitize(text: string): string {
  return UNSAFE.test(text) ? text.replace(EVERY_UNSAFE, writtenOut) : text;
}

function writtenOut(character: string): string {
  const code = character.charCodeAt(0);
  return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, '0')}`;
}
