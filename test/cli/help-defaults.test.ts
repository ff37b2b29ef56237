import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/cli/catalogue.js';
import { longFlag } from '../../src/cli/options/options.js';
import { parseDuration } from '../../src/model/duration.js';
import { LIMITS } from '../../src/model/limits.js';

const commands = await Promise.all(
  Object.entries(CATALOGUE).flatMap(([name, entry]) =>
    'load' in entry
      ? [entry.load().then((command) => ({ name, command }))]
      : Object.entries(entry.commands).map(async ([sub, leaf]) => ({
          name: `${name} ${sub}`,
          command: await leaf.load(),
        })),
  ),
);
const options = commands.flatMap(({ name, command }) =>
  Object.values(command.options).map((option) => ({ name, flag: longFlag(option), option })),
);

it('examples and notes of a help fit into 80 columns', () => {
  const texts = commands.flatMap(({ command: { examples = '', notes = '' } }) => [examples, notes]);
  // commander breaks a line of 80 characters.
  expect(texts.flatMap((text) => text.split('\n')).filter((line) => line.length > 79)).toEqual([]);
});

describe('S14: the defaults that help says', () => {
  it.each(options.filter(({ option }) => typeof option.read([]) === 'number'))(
    'S14: $name $flag says the default that it has, with its unit',
    ({ option, flag }) => {
      const value = Number(option.read([]));
      const [, words = ''] = /\(default: ([^),;]+)/.exec(option.help) ?? [];
      const said = words === 'any free' ? '0' : words;
      const isDuration = option.flags.includes('<duration>');
      expect(said, `${flag}: ${option.help}`).toMatch(isDuration ? /^\d+ ?(s|m|h)$/ : /^\d+$/);
      expect(isDuration ? parseDuration(said.replace(' ', '')) : Number(said)).toBe(value);
    },
  );

  it('S14: what the model decides is said as it decides', () => {
    expect(LIMITS.sessionTTLInSeconds[1]).toBe(parseDuration('6h'));
  });
});
