import { execFile } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import { completeFunction } from '../../src/model/function-config.js';
import { checkAffinityHeaderFieldName } from '../../src/model/limits.js';

const REFUSED = [
  'content-length',
  'Content-Length',
  'transfer-encoding',
  'Transfer-Encoding',
  'connection',
  'keep-alive',
  'trailer',
  'upgrade',
  'expect',
  'http2-settings',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'PROXY-authentication-info',
];

describe('a name that frames a message, or belongs to one connection, cannot name a session', () => {
  test.each(REFUSED)('D11: %s is refused by the one rule, which names the reason', (name) => {
    expect(() => checkAffinityHeaderFieldName(name)).toThrow(
      `affinityHeaderFieldName must not be a header that HTTP itself uses for one connection or message, got "${name}"`,
    );
  });

  test.each([
    'x-session',
    'mySessionId',
    'proxy-session',
    'content-language',
    'te-session',
    'mcp-session-id',
  ])('D11: %s is accepted', (name) => {
    expect(() => checkAffinityHeaderFieldName(name)).not.toThrow();
  });

  test.each(REFUSED)('D11: %s is refused by the library', async (affinityHeaderFieldName) => {
    const given = {
      functionName: 'hello',
      command: ['node'],
      sessionAffinity: 'HEADER_FIELD',
      sessionAffinityConfig: { affinityHeaderFieldName },
    } as const;

    expect(() => completeFunction(given)).toThrow('affinityHeaderFieldName');
    const config = completeFunction({
      ...given,
      sessionAffinityConfig: { affinityHeaderFieldName: 'x-session' },
    });
    await expect(
      startEmulator({
        functions: [
          {
            config: {
              ...config,
              sessionAffinityConfig: { ...config.sessionAffinityConfig, affinityHeaderFieldName },
            },
          },
        ],
      }),
    ).rejects.toThrow('affinityHeaderFieldName');
  });

  test.each(['content-length', 'Transfer-Encoding', 'proxy-authorization'])(
    'D11: %s is refused by the command line',
    async (name) => {
      const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
        execFile(
          process.execPath,
          [
            'bin/fc-affinity.js',
            'serve',
            '--affinity',
            'header',
            '--header-name',
            name,
            '--port',
            '0',
            '--api-port',
            '0',
          ],
          (error, _stdout, text) => resolve({ code: error?.code, stderr: text }),
        );
      });

      expect([code, stderr]).toEqual([2, expect.stringContaining(name)]);
    },
  );
});
