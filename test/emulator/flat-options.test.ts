import { describe, expect, it, onTestFinished } from 'vitest';
import {
  completeFunction,
  type Emulator,
  MovableClock,
  SessionClient,
  type SingleFunctionOptions,
  startEmulator,
} from '../../src/index.js';
import { FIXTURES } from '../support/run-cli.js';

const HELLO = [process.execPath, `${FIXTURES}/hello/app.js`];

async function started(...[options]: Parameters<typeof startEmulator>): Promise<Emulator> {
  const emulator = await startEmulator(options);
  onTestFinished(() => emulator.stopNow());
  return emulator;
}

async function visit(url: string, cookie?: string) {
  const reply = await fetch(url, cookie === undefined ? {} : { headers: { cookie } });
  await reply.text();
  return {
    status: reply.status,
    cookie: reply.headers.get('set-cookie'),
    instance: reply.headers.get('x-instance'),
  };
}

async function configOf(options: SingleFunctionOptions) {
  const emulator = await started(options);
  const [served] = await emulator.control.functions.list();
  return served?.config;
}

describe('startEmulator for one function in short words', () => {
  it('serves a command with cookie affinity, as the command line does', async () => {
    const emulator = await started({ command: HELLO, functionName: 'cart', sessionsPerInstance: 2 });
    const first = await visit(emulator.url);
    expect(first.cookie).toMatch(/^x-fc-cookie-session-id=[\w-]{36}; Max-Age=21600$/);
    const again = await visit(emulator.url, first.cookie?.split(';')[0]);
    expect(again).toEqual({ status: 200, cookie: null, instance: first.instance });
    expect(emulator.function('cart').url).toBe(emulator.url);
  });

  it('serves the bundled hello when nothing is named', async () => {
    const emulator = await started();
    expect(emulator.functions.map(({ functionName }) => functionName)).toEqual(['hello']);
    expect((await visit(emulator.url)).status).toBe(200);
  });

  it('has the defaults of the command line', async () => {
    expect(await configOf({ command: HELLO, directory: FIXTURES })).toMatchObject({
      functionName: 'fixtures',
      sessionAffinity: 'GENERATED_COOKIE',
      timeout: 60,
      maxInstances: 20,
      sessionAffinityConfig: {
        sessionConcurrencyPerInstance: 20,
        sessionTTLInSeconds: 21600,
        sessionIdleTimeoutInSeconds: 1800,
      },
    });
  });

  it('takes a command as one text, durations with units, and variables for the handler', async () => {
    const config = await configOf({
      command: `'${process.execPath}' "${FIXTURES}/hello/app.js"`,
      functionName: 'a',
      ttl: '1h30m',
      idle: '90s',
      timeout: 5,
      isolation: 'session',
      env: { GREETING: 'hi' },
    });
    expect(config).toMatchObject({
      customRuntimeConfig: { command: HELLO },
      timeout: 5,
      instanceIsolationMode: 'SESSION_EXCLUSIVE',
      environmentVariables: { GREETING: 'hi' },
      sessionAffinityConfig: { sessionTTLInSeconds: 5400, sessionIdleTimeoutInSeconds: 90 },
    });
  });

  it('serves several functions, whole or in short words, found by their names', async () => {
    const whole = completeFunction({ functionName: 'whole', command: HELLO });
    const emulator = await started({
      functions: [
        { config: whole },
        { command: HELLO, functionName: 'short', affinity: 'header', headerName: 'x-my-id' },
      ],
    });
    expect((await visit(emulator.function('whole').url)).cookie).toBeNull();
    const { sessionId } = await emulator.sessions.create({ functionName: 'short', sessionId: 'me' });
    expect(sessionId).toBe('me');
    expect(() => emulator.function('shrot')).toThrow("function 'shrot' does not exist; served: whole, short");
    await expect(emulator.sessions.create()).rejects.toThrow('2 functions are served: whole, short');
  });

  it.each<[object, string]>([
    [
      { sesionsPerInstance: 2 },
      'startEmulator has no option "sesionsPerInstance"; did you mean sessionsPerInstance?',
    ],
    [{ sessionTTLInSeconds: 60 }, 'startEmulator has no option "sessionTTLInSeconds"; did you mean ttl?'],
    [{ comand: HELLO }, 'startEmulator has no option "comand"; did you mean command?'],
    [{ __proto__x: 1 }, 'startEmulator has no option "__proto__x"'],
    [{ sessionsPerInstance: '2' }, 'sessionsPerInstance must be an integer, got "2"'],
    [{ command: 5 }, 'command must be an array of strings, got 5'],
    [{ command: ['node', 5] }, 'command[1] must be a string, got 5'],
    [{ command: 'node "app.js' }, 'a " is not closed in "node \\"app.js"'],
    [{ affinity: 'cokie' }, 'did you mean cookie?'],
    [{ ttl: 'soon' }, 'ttl must be whole seconds, or a text as "90s", "30m", "6h", got "soon"'],
    [{ ttl: '7h' }, 'ttl must be an integer from 1 to 21600, got "7h"'],
    [{ ttl: 60, idle: '2m' }, 'idle must not be greater than ttl (60), got "2m"'],
    [{ sessionsPerInstance: 201 }, 'sessionsPerInstance must be an integer from 1 to 200, got "201"'],
    [{ affinity: 'header' }, 'headerName is required with affinity HEADER_FIELD'],
    [{ headerName: 'x-my-id' }, "headerName is only for affinity 'header'"],
    [{ ssePath: '/x' }, 'ssePath is only for'],
    [{ affinity: 'mcp-sse', ttl: 60 }, "ttl is not for affinity 'mcp-sse'"],
    [{ affinity: 'mcp-sse', ssePath: 'x' }, 'ssePath must be a path'],
    [{ affinity: 'mcp-streamable', disableSessionIdReuse: true }, 'disableSessionIdReuse is only for'],
    [{ instanceConcurrency: 5 }, "instanceConcurrency is only for affinity 'none'"],
    [{ env: { A: 1 } }, 'env.A must be a string, got 1'],
    [{ onLine: true }, 'onLine must be a function, got true'],
    [{ clock: 'frozen' }, 'clock must be an object, got "frozen"'],
    [{ functions: {} }, 'functions must be an array, got an object'],
    [{ functions: [{ functionNam: 'a' }] }, 'did you mean functionName?'],
    [{ functions: [], command: HELLO }, 'startEmulator has no option "command"'],
    [[], 'startEmulator must be an object of options, got an array'],
  ])('refuses %j before anything starts', async (options, message) => {
    const refused = startEmulator(options as SingleFunctionOptions).then((emulator) => emulator.stopNow());
    await expect(refused).rejects.toMatchObject({
      name: 'FcError',
      code: 'InvalidArgument',
      message: expect.stringContaining(message),
    });
  });

  it('tells why a handler does not start, without onLine', async () => {
    const command = [process.execPath, `${FIXTURES}/exits-at-start.js`];
    const reply = await fetch((await started({ command })).url);
    expect(reply.status).toBe(412);
    expect(await reply.text()).toContain('no database');
    const { sessions } = await started({ command });
    await expect(sessions.create()).rejects.toMatchObject({
      code: 'CAExited',
      message: expect.stringContaining('no database'),
    });
  });
});

describe('the sessions of an emulator', () => {
  it.each([
    ['in this process', (emulator: Emulator) => emulator.sessions],
    ['by its control API', (emulator: Emulator) => new SessionClient({ endpoint: emulator.api })],
  ])(
    'are created, shown, listed, changed and ended without naming the only function, %s',
    async (_, clientOf) => {
      const emulator = await started({ command: HELLO, clock: new MovableClock({ frozen: true }) });
      const sessions = clientOf(emulator);
      const session = await sessions.create({ ttl: '10m', idle: 60 });
      expect(session).toMatchObject({ sessionTTLInSeconds: 600, sessionIdleTimeoutInSeconds: 60 });
      expect(await sessions.get(session.sessionId)).toEqual(session);
      expect(await sessions.update(session.sessionId, { ttl: '1h' })).toMatchObject({
        sessionTTLInSeconds: 3600,
      });
      await emulator.clock.advance(61_000);
      expect((await sessions.list({ sessionStatus: 'Expired' })).sessions).toMatchObject([
        { sessionId: session.sessionId },
      ]);
      const other = await sessions.create();
      await sessions.delete(other.sessionId);
      expect((await sessions.list({ sessionStatus: 'Active' })).sessions).toEqual([]);
      await expect(sessions.get('nobody')).rejects.toMatchObject({ code: 'SessionNotFound' });
      await expect(sessions.create({ ttl: '7 hours' })).rejects.toThrow('ttl must be whole seconds');
      await expect(sessions.create({ ttl: '7h' })).rejects.toMatchObject({ code: 'InvalidArgument' });
      const fields = { sessionTTLInSeconds: 60 } as object;
      await expect(sessions.create(fields)).rejects.toThrow(
        'a session has no option "sessionTTLInSeconds"; did you mean ttl?',
      );
    },
  );

  it('pauses and resumes one that has an instance of its own', async () => {
    const { sessions } = await started({ command: HELLO, isolation: 'session' });
    const { sessionId } = await sessions.create();
    expect(await sessions.pause(sessionId)).toMatchObject({ sessionStatus: 'Paused' });
    expect(await sessions.resume(sessionId)).toMatchObject({ sessionStatus: 'Active' });
  });
});
