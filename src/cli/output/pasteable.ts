import { shellQuote } from '../../model/shell-quote.js';

/** An option whose next word is a secret. */
const SECRET = '--access-key-secret';

/** @returns a line that a shell reads as exactly these words. Secrets are left out. */
export function pasteable(words: readonly string[]): string {
  return words
    .map((word, at) => {
      if (words[at - 1] === SECRET) return '…';
      if (word.startsWith(`${SECRET}=`)) return `${SECRET}=…`;
      return shellQuote(word);
    })
    .join(' ');
}
