import { FcError } from './errors.js';

/**
 * Splits a command line into its words, as a shell does with quotes and backslashes. Nothing is expanded: there is no shell.
 * @throws InvalidArgument for a quote that is not closed, and for a line without a word
 */
export function commandWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? '';
    if (quote !== '' && character === quote) quote = '';
    else if (quote === "'") word = `${word ?? ''}${character}`;
    else if (character === '\\' && (quote === '' || '"\\'.includes(line[at + 1] ?? ''))) {
      at += 1;
      word = `${word ?? ''}${line[at] ?? ''}`;
    } else if (quote !== '') word = `${word ?? ''}${character}`;
    else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = `${word ?? ''}${character}`;
  }
  if (quote !== '')
    throw new FcError('InvalidArgument', `a ${quote} is not closed in ${JSON.stringify(line)}`);
  if (word !== undefined) words.push(word);
  if (words.length === 0) throw new FcError('InvalidArgument', 'a command is expected, as node app.js');
  return words;
}
