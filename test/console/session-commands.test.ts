import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { curlLine, sessionLine } from '../../src/console/page/session/session-commands.js';

const URL = 'http://127.0.0.1:9000/';
const ID = '3f2a91c0-8c7e-4a5b-9f0d-1b2c3d4e5f60';

/** @returns the arguments that a POSIX shell gives to curl */
function argumentsOf(line: string | undefined): string[] {
  const text = execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }\n${line}`], { encoding: 'utf8' });
  return text.split('\0').slice(0, -1);
}

describe('the text that puts a request into a session', () => {
  test('is the cookie with GENERATED_COOKIE, and curl sends it', () => {
    const served = { affinity: 'GENERATED_COOKIE', url: URL } as const;
    expect(sessionLine({ sessionId: ID }, served)).toEqual({
      kind: 'cookie',
      text: `Cookie: x-fc-cookie-session-id=${ID}`,
    });
    expect(argumentsOf(curlLine({ sessionId: ID }, served))).toEqual([
      '-i',
      '-H',
      `Cookie: x-fc-cookie-session-id=${ID}`,
      URL,
    ]);
  });

  test('is the header of the function with HEADER_FIELD', () => {
    const served = { affinity: 'HEADER_FIELD', headerName: 'x-user', url: URL } as const;
    expect(argumentsOf(curlLine({ sessionId: 'ann' }, served))).toEqual(['-i', '-H', 'x-user: ann', URL]);
  });

  test('is Mcp-Session-Id with MCP_STREAMABLE, and curl sends a ping as a client does', () => {
    const line = curlLine({ sessionId: 'abc' }, { affinity: 'MCP_STREAMABLE', url: URL });
    expect(argumentsOf(line)).toEqual([
      '-i',
      '-H',
      'Mcp-Session-Id: abc',
      '-H',
      'Content-Type: application/json',
      '-H',
      'Accept: application/json, text/event-stream',
      '-d',
      '{"jsonrpc":"2.0","id":1,"method":"ping"}',
      URL,
    ]);
  });

  test('is the ID alone with MCP_SSE, whose server chooses the path of a message', () => {
    const served = { affinity: 'MCP_SSE', url: URL } as const;
    expect(sessionLine({ sessionId: 'abc' }, served)).toEqual({ kind: 'session ID', text: 'abc' });
    expect(curlLine({ sessionId: 'abc' }, served)).toBeUndefined();
  });

  test.each(["it's", '$(touch owned)', '`id`', '"; ls', 'a\nb', '\\', '--help', ''])(
    'T24: with the ID %j, the curl line has the same words',
    (sessionId) => {
      const line = curlLine({ sessionId }, { affinity: 'MCP_STREAMABLE', url: URL });
      expect(argumentsOf(line)[2]).toBe(`Mcp-Session-Id: ${sessionId}`);
    },
  );

  test('has no curl line for a function without a URL', () => {
    expect(curlLine({ sessionId: ID }, { affinity: 'GENERATED_COOKIE', url: null })).toBeUndefined();
  });
});
