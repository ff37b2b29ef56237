import { sanitize } from '../../model/sanitize.js';

/** @returns the text on one line, without control characters */
export function plain(text: string): string {
  return sanitize(text.replace(/\s+/g, ' '));
}
