import { shellQuote } from '../../model/shell-quote.js';

/** A word that is followed by a secret. */
const SECRET = '--access-key-secret';

/** @returns words as a line that a shell reads as these very words; a secret among them is left out */
export function pasteable(words: readonly string[]): string {
  return words
    .map((word, at) => {
      if (words[at - 1] === SECRET) return '…';
      if (word.startsWith(`${SECRET}=`)) return `${SECRET}=…`;
      return shellQuote(word);
    })
    .join(' ');
}
