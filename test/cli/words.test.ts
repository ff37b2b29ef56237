import { describe, expect, it } from 'vitest';
import { CommandError, UsageError } from '../../src/cli/errors.js';
import { failureOf } from '../../src/cli/failure.js';
import { errorForm } from '../../src/cli/output/print-failure.js';
import { safeJson } from '../../src/cli/output/safe-json.js';
import { wantsColour } from '../../src/cli/output/style.js';
import { formatTable } from '../../src/cli/output/table.js';
import { FcError, PortInUseError, UnreachableError } from '../../src/model/errors.js';
import { humanDuration } from '../../src/model/human-time.js';
import { nearest } from '../../src/model/nearest.js';
import { memoryScreen } from '../support/memory-context.js';

describe('failureOf', () => {
  it.each([
    [new UsageError('x'), 2],
    [new UnreachableError('x'), 3],
    [new FcError('SessionNotFound', 'x'), 4],
    [new FcError('FunctionNotFound', 'x'), 4],
    [new FcError('InvalidArgument', 'x'), 1],
    [new FcError('ResourceExhausted', 'x'), 1],
    [new FcError('CAExited', 'x'), 1],
    [new PortInUseError('127.0.0.1', 1), 1],
    [new CommandError('x', { code: 'X' }), 1],
    [new TypeError('x'), 1],
    ['thrown', 1],
  ])('gives %s the exit code %i', (error, exitCode) => {
    expect(failureOf(error).exitCode).toBe(exitCode);
  });
});

describe('errorForm', () => {
  it.each([
    ['session list', {}, 'text'],
    ['session list --json', {}, 'json'],
    ['session list -o json', {}, 'json'],
    ['session list -ojson', {}, 'json'],
    ['session list --output=json', {}, 'json'],
    ['session list', { FC_AFFINITY_OUTPUT: 'json' }, 'json'],
    ['session list -o name', { FC_AFFINITY_OUTPUT: 'json' }, 'text'],
    ['serve --log-format json', {}, 'event'],
    ['serve', { FC_AFFINITY_LOG_FORMAT: 'json' }, 'event'],
    ['serve -- node app.js --json', {}, 'text'],
  ] as const)('of "%s" with %j is %s', (line, env, form) => {
    expect(errorForm(line.split(' '), env)).toBe(form);
  });
});

describe('nearest', () => {
  it.each([
    ['FC_AFFINITY_PROT', ['FC_AFFINITY_PORT', 'FC_AFFINITY_HOST'], 'FC_AFFINITY_PORT'],
    ['active', ['Active', 'Expired'], 'Active'],
    ['walk', ['walkthrough', 'header'], 'walkthrough'],
    ['zebra', ['cookie', 'header'], undefined],
  ])('of %s among %j is %s', (word, candidates, meant) => {
    expect(nearest(word, candidates)).toBe(meant);
  });
});

describe('humanDuration', () => {
  it.each([
    [0, '0s'],
    [-5, '0s'],
    [59.9, '59s'],
    [90, '1m 30s'],
    [1800, '30m'],
    [21600, '6h'],
    [21599, '5h 59m'],
    [3 * 86400 + 3600, '3d 1h'],
  ])('tells %d seconds as %s', (seconds, words) => {
    expect(humanDuration(seconds)).toBe(words);
  });
});

describe('wantsColour', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    [true, { TERM: 'dumb' }, false],
  ])('on a terminal (%s) with %j is %s', (isTTY, env, wanted) => {
    expect(wantsColour(isTTY, env)).toBe(wanted);
  });
});

describe('safeJson', () => {
  it('I29: keeps the value and shows no control character', () => {
    const value = { text: 'a\u001b[2J\u009b\u007f\u202e\u2028\u{1f600}店' };
    const json = safeJson(value);
    expect(JSON.parse(json)).toEqual(value);
    expect(json).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u202a-\u202e]/);
    expect(json).toContain('店');
  });
});

describe('formatTable', () => {
  it('aligns columns by what is seen, without lines and trailing blanks', async () => {
    const { style } = await memoryScreen();
    const table = await formatTable(
      [{ head: 'A' }, { head: 'LONG HEAD' }],
      [{ cells: ['店店', 1] }, { cells: ['x\x1b[2J', ''] }],
      { style, columns: undefined },
    );
    expect(table).toBe('A         LONG HEAD\n店店      1\nx\\x1b[2J\n');
  });
});
