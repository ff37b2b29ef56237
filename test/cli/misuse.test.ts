import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.js';
import { memoryContext } from '../support/memory-context.js';

describe('a misused command line', () => {
  it.each([
    [['serve', '--prot', '1'], 'unknown option "--prot"', 'did you mean --port?'],
    [['serve', '--sesions-per-instance', '1'], 'unknown option', 'did you mean --sessions-per-instance?'],
    [['sesion', 'list'], 'unknown command "sesion"', 'did you mean session?'],
    [['session', 'lst'], 'unknown command "lst"', 'did you mean list?'],
    [['session', 'get'], 'missing required argument "id"', undefined],
    [['session', 'get', 'a', 'b'], 'too many arguments', undefined],
    [['serve', '--port', '65536'], '--port must be an integer from 0 to 65535, got "65536"', undefined],
    [['serve', '--port', '-1'], '--port must be an integer from 0 to 65535, got "-1"', undefined],
    [['serve', '--port', '1e3'], '--port must be an integer', undefined],
    [
      ['serve', '--sessions-per-instance', '0'],
      '--sessions-per-instance must be an integer from 1 to 200',
      undefined,
    ],
    [
      ['serve', '--sessions-per-instance', '201'],
      '--sessions-per-instance must be an integer from 1',
      undefined,
    ],
    [['serve', '--ttl', '0'], '--ttl must be 1 s or more, got "0"', undefined],
    [['serve', '--ttl', '7h'], '--ttl must be 1 to 21600 s (1s to 6h), got "7h"', 'raise the limit with'],
    [
      ['serve', '--idle', '6h1m'],
      '--idle must be 0 to 21600 s (0s to 6h), got "6h1m"',
      'raise the limit with',
    ],
    [
      ['serve', '--ttl', '1m', '--idle', '2m'],
      '--idle must not be greater than --ttl (60 s), got "2m"',
      undefined,
    ],
    [['serve', '--ttl', '-5'], '--ttl must be', undefined],
    [['serve', '--ttl', 'soon'], '--ttl: a duration is whole seconds or has units', undefined],
    [['serve', '--ttl', '60', '--idle', '61'], '--idle must not be greater than --ttl', undefined],
    [['serve', '--timeout', '86401'], '--timeout must be 1 to 86400 s (1s to 1d), got "86401"', undefined],
    [['serve', '--affinity', 'coookie'], '--affinity must be one of', 'cookie'],
    [['serve', '--affinity', 'header'], '--affinity header needs --header-name', 'for example --header-name'],
    [
      ['serve', '--affinity', 'header', '--header-name', 'x-fc-id'],
      'affinityHeaderFieldName must be',
      undefined,
    ],
    [['serve', '--header-name', 'x-session'], '--header-name is only for', '--affinity header'],
    [['serve', '--instance-concurrency', '5'], '--instance-concurrency is only for', 'leave it out'],
    [['serve', '--max-instances', '32769'], '--max-instances must be', undefined],
    [['serve', '--min-instances', '3', '--max-instances', '2'], '--min-instances must not be', undefined],
    [['serve', '--function', '1st'], 'functionName must be', undefined],
    [['serve', '--env', 'FC_X=1'], "The environment variable name 'FC_X' is reserved", undefined],
    [['serve', '--env', 'plain'], 'a variable is NAME=value, got "plain"', undefined],
    [['serve', '--env-file', '/nowhere/.env'], 'cannot read "/nowhere/.env": ENOENT', undefined],
    [['serve', '--env-pass', 'NOT_SET'], '"NOT_SET" is not', undefined],
    [['serve', '--port', '9000', '--api-port', '9000'], '--port and --api-port are both 9000', undefined],
    [['serve', '--'], 'a command is expected after "--"', 'for example -- node app.js'],
    [
      ['serve', '--access-key-id', 'x'],
      'an access key ID is given without the secret',
      'add --access-key-secret @file, or set FC_AFFINITY_ACCESS_KEY_SECRET',
    ],
    [
      ['serve', '--affinity', 'mcp'],
      '--affinity must be one of cookie, header, mcp-streamable',
      'mcp-streamable',
    ],
    [['serve', '--sse-path', '/x'], '--sse-path is only for --affinity mcp-sse', 'leave it out'],
    [['serve', '--affinity', 'mcp-sse', '--sse-path', 'x'], '--sse-path must be a path', undefined],
    [
      ['serve', '--affinity', 'mcp-sse', '--ttl', '60'],
      '--ttl is not for --affinity mcp-sse',
      'leave it out: a session lives as long as its stream',
    ],
    [
      ['serve', '--affinity', 'mcp-streamable', '--disable-session-id-reuse'],
      '--disable-session-id-reuse is only for',
      'leave it out',
    ],
    [['serve', 's.yaml'], 'there is no folder and no configuration "s.yaml"', undefined],
    [['session', 'create', '--nas-config', '{'], '--nas-config must be a JSON object or @file', undefined],
    [['session', 'create', '--nas-config', '@/nowhere'], '--nas-config: ENOENT', undefined],
    [['session', 'update', 'x'], 'no option to change is given', 'for example --ttl 2h'],
    [['session', 'list', '--limit', 'x'], '--limit must be an integer, got "x"', undefined],
    [['session', 'create', '--ttl', 'soon'], '--ttl: a duration is whole seconds or has units', undefined],
    [['session', 'list', '--status', 'active'], '--status must be one of Active, Expired', 'Active'],
    [['session', 'list', '-o', 'jsn'], '--output must be one of table, wide, json', 'json'],
    [
      ['session', 'list', '--endpoint', 'localhost:1'],
      'an endpoint is a URL',
      '--endpoint http://localhost:1',
    ],
    [['clock', 'advance', '-1'], 'a duration is whole seconds', undefined],
    [['verify', '--suite', 'walk'], '--suite must be one of', 'walkthrough'],
    [['verify', '--reporter', 'xml'], '--reporter must be one of', undefined],
    [['verify', '--output-file', 'jsn=x'], '--output-file must be one of pretty, json', 'json'],
    [['verify', '--instance-from', 'X-Instance'], '--instance-from is header:NAME or body:REGEX', undefined],
    [['verify', '--target', 'ftp://x'], 'a target is a URL', undefined],
    [['verify', '--target', 'http://127.0.0.1:1', '--', 'x'], 'exclude each other', undefined],
  ] as const)('misused is 2, before anything is sent: %j', async (args, message, fix) => {
    const context = await memoryContext();
    const code = await run(args, context);
    const [first, second] = context.stderr.text.split('\n');
    expect(first).toMatch(/^error: /);
    expect(first).toContain(message);
    if (fix !== undefined) expect(second).toMatch(new RegExp(`^fix: .*${fix.replace(/[?.*+]/g, '\\$&')}`));
    expect({ code, stdout: context.stdout.text }).toEqual({ code: 2, stdout: '' });
  });

  it('names the variable that holds a bad value', async () => {
    const context = await memoryContext({ FC_AFFINITY_SESSIONS_PER_INSTANCE: '500' });
    expect(await run(['serve'], context)).toBe(2);
    expect(context.stderr.text).toContain(
      'FC_AFFINITY_SESSIONS_PER_INSTANCE must be an integer from 1 to 200, got "500"',
    );
  });

  it('names the variable of a switch that is neither on nor off', async () => {
    const context = await memoryContext({ FC_AFFINITY_QUIET: 'maybe' });
    expect(await run(['serve'], context)).toBe(2);
    expect(context.stderr.text).toContain('FC_AFFINITY_QUIET must be one of');
  });

  it('is an object with -o json, and as an event in the JSON log of serve', async () => {
    const asked = await memoryContext();
    await run(['session', 'list', '--limit', 'x', '-o', 'json'], asked);
    expect(JSON.parse(asked.stderr.text)).toEqual({
      RequestId: '',
      Code: 'InvalidArgument',
      Message: '--limit must be an integer, got "x"',
    });
    const served = await memoryContext();
    await run(['serve', '--log-format', 'json', '--port', 'x'], served);
    expect(JSON.parse(served.stderr.text)).toMatchObject({ event: 'error', exitCode: 2 });
  });

  it('never echoes control characters', async () => {
    const context = await memoryContext();
    expect(await run(['serve', '--\x1b[2J'], context)).toBe(2);
    expect(context.stderr.text).not.toContain('\x1b');
  });
});
