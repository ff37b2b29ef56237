import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { duration, flag, integer, list, text, toggle } from '../../src/cli/options/option-kinds.js';
import { addOptions, type OptionTable, readOptions as read } from '../../src/cli/options/options.js';

const TABLE = {
  port: integer('--port <n>', '', { range: [0, 65535], byDefault: 9000 }),
  idle: duration('--idle <duration>', '', { range: [0, 3600], byDefault: undefined }),
  allowedHost: list('--allowed-host <name>', ''),
  quiet: flag('-q, --quiet', ''),
  reuse: toggle('--reuse', ''),
  sessionId: text('--session-id <id>', '', { flagOnly: true }),
};

function readOptions<Table extends OptionTable>(...[table, parsed, env]: Parameters<typeof read<Table>>) {
  return read(table, parsed, env).values;
}

describe('readOptions', () => {
  it('fills in defaults', () => {
    expect(readOptions(TABLE, {}, {})).toEqual({
      port: 9000,
      idle: undefined,
      allowedHost: [],
      quiet: false,
      reuse: undefined,
      sessionId: undefined,
    });
  });

  it('prefers the command line to the environment to the default', () => {
    const env = { FC_AFFINITY_PORT: '1', FC_AFFINITY_IDLE: '30m', FC_AFFINITY_QUIET: 'true' };
    expect(readOptions(TABLE, { port: '2' }, env)).toMatchObject({ port: 2, idle: 1800, quiet: true });
  });

  it('takes a variable that is empty as not set, and one a line of a list', () => {
    const env = { FC_AFFINITY_PORT: '', FC_AFFINITY_ALLOWED_HOST: 'a.test\nb.test' };
    expect(readOptions(TABLE, {}, env)).toMatchObject({ port: 9000, allowedHost: ['a.test', 'b.test'] });
  });

  it('can turn a switch off by its variable', () => {
    for (const word of ['false', '0'])
      expect(readOptions(TABLE, {}, { FC_AFFINITY_QUIET: word }).quiet).toBe(false);
  });

  it('takes what belongs to one operation from nowhere but the command line', () => {
    expect(readOptions(TABLE, {}, { FC_AFFINITY_SESSION_ID: 'x' }).sessionId).toBeUndefined();
  });

  it('knows on, off and left out', () => {
    expect(readOptions(TABLE, { reuse: true }, {}).reuse).toBe(true);
    expect(readOptions(TABLE, { reuse: false }, {}).reuse).toBe(false);
  });

  it.each<[string[], object]>([
    [[], { none: false, name: undefined, reuse: undefined }],
    [['--no-function'], { none: true, name: undefined }],
    [['--function', 'cart'], { none: false, name: 'cart' }],
    [['--no-reuse'], { reuse: false }],
    [['--reuse'], { reuse: true }],
  ])('keeps --no-function and --function apart: %j', (line, expected) => {
    const table = {
      none: flag('--no-function', ''),
      name: text('--function <name>', ''),
      reuse: toggle('--reuse', ''),
    };
    const command = new Command().exitOverride();
    addOptions(command, table);
    command.parse(line, { from: 'user' });
    expect(readOptions(table, command.opts(), {})).toMatchObject(expected);
  });

  it('begins a complaint with where the value stood', () => {
    expect(() => readOptions(TABLE, { port: '70000' }, {})).toThrow(/^--port must be/);
    expect(() => readOptions(TABLE, {}, { FC_AFFINITY_PORT: '70000' })).toThrow(/^FC_AFFINITY_PORT must be/);
  });

  it.each(['', ' 1', '1.5', '1e3', '0x10', '+1', '99999999999999999999', 'NaN'])(
    'takes %j for no number',
    (word) => {
      expect(() => readOptions(TABLE, { port: word }, {})).toThrow(/must be an integer from 0 to 65535/);
    },
  );
});
