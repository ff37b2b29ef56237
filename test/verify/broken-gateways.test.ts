import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledFixture } from '../../src/config/bundled-fixture.js';
import { startEmulator } from '../../src/emulator.js';
import type { Emulator } from '../../src/emulator-options.js';
import { MovableClock } from '../../src/model/clock.js';
import type { FunctionConfig, SessionAffinityType } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { ControlPlane, FunctionRef, SessionService } from '../../src/model/services.js';
import type { SuiteReport } from '../../src/verify/report.js';
import { renderReport } from '../../src/verify/reporters.js';
import { type Causes, runSuite } from '../../src/verify/run-suite.js';
import type { SuiteId } from '../../src/verify/suites.js';
import { inProcessDriver } from '../support/in-process-driver.js';
import { type Fault, mapped, startBrokenGateway, valuesOf, without } from './broken-gateway.js';

const COOKIE = 'x-fc-cookie-session-id';
const HEADER = 'mySessionId';
const OF_COOKIE: readonly SuiteId[] = ['walkthrough', 'session-api', 'lifecycle'];
const OF_HEADER: readonly SuiteId[] = ['header', 'session-api', 'lifecycle'];

let emulator: Emulator;
/** A function whose instances are processes. */
let bundled: Emulator;

beforeAll(async () => {
  const config = (functionName: string, sessionAffinity: SessionAffinityType, isolated = false, limit = 2) =>
    completeFunction({
      functionName,
      command: ['in-process'],
      sessionAffinity,
      instanceIsolationMode: isolated ? 'SESSION_EXCLUSIVE' : 'SHARE',
      sessionAffinityConfig: {
        sessionConcurrencyPerInstance: isolated ? 1 : limit,
        ...(sessionAffinity === 'HEADER_FIELD' && { affinityHeaderFieldName: HEADER }),
      },
      timeout: 60,
      maxInstances: sessionAffinity === 'GENERATED_COOKIE' ? 4 : 20,
    });
  const mcpConfig = (sessionAffinity: 'MCP_SSE' | 'MCP_STREAMABLE') =>
    completeFunction({
      ...bundledFixture(sessionAffinity),
      functionName: sessionAffinity,
      sessionAffinity,
      sessionAffinityConfig: { sessionConcurrencyPerInstance: 2 },
      timeout: 60,
    });
  [emulator, bundled] = await Promise.all([
    startEmulator({
      functions: [
        { config: config('cookie', 'GENERATED_COOKIE') },
        { config: config('header', 'HEADER_FIELD') },
        { config: config('roomy', 'GENERATED_COOKIE', false, 3) },
        { config: config('isolated', 'GENERATED_COOKIE', true) },
        { config: config('plain', 'NONE') },
      ],
      driver: inProcessDriver(),
      clock: new MovableClock({ frozen: true }),
    }),
    startEmulator({
      functions: [
        { config: mcpConfig('MCP_STREAMABLE') },
        { config: mcpConfig('MCP_SSE') },
        {
          config: completeFunction({
            ...bundledFixture('GENERATED_COOKIE'),
            sessionAffinity: 'GENERATED_COOKIE',
            sessionAffinityConfig: { sessionConcurrencyPerInstance: 2 },
            timeout: 60,
            maxInstances: 4,
          }),
        },
      ],
    }),
  ]);
});

afterAll(() => Promise.all([emulator?.stopNow(), bundled?.stopNow()]));

interface Broken {
  /** The function behind the gateway. */
  readonly of: 'cookie' | 'roomy' | 'header' | 'isolated' | 'hello' | 'MCP_STREAMABLE' | 'MCP_SSE';
  /** Makes the fault, once for each suite. */
  readonly fault?: () => Fault;
  /** A control API with a fault. */
  readonly lie?: (truth: SessionService) => Partial<SessionService>;
  readonly tell?: (config: FunctionConfig) => FunctionConfig;
  /** The suite waits ten seconds for an event that never comes. Its clock runs four times as fast here. */
  readonly waitsInVain?: boolean;
  /** The suites to run. Default: all suites for the affinity. */
  readonly suites?: readonly SuiteId[];
}

const SUITES: Readonly<Record<Broken['of'], readonly SuiteId[]>> = {
  cookie: OF_COOKIE,
  header: OF_HEADER,
  roomy: ['walkthrough', 'lifecycle', 'limits'],
  isolated: ['lifecycle'],
  hello: ['limits'],
  MCP_STREAMABLE: ['mcp-streamable'],
  MCP_SSE: ['mcp-sse'],
};

/** Runs the suites through a gateway with the fault, as `verify --suite all` does. */
async function check({
  of,
  fault = () => ({}),
  lie = () => ({}),
  tell = (config) => config,
  suites = SUITES[of],
  waitsInVain = false,
}: Broken): Promise<SuiteReport[]> {
  const whole = of === 'hello' || of.startsWith('MCP') ? bundled : emulator;
  const { sessions, functions } = whole.control;
  const tellAll = async () => (await functions.list()).map((one) => ({ ...one, config: tell(one.config) }));
  const tellOne = async (ref: FunctionRef) => {
    const one = await functions.get(ref);
    return { ...one, config: tell(one.config) };
  };
  const control: ControlPlane = {
    ...whole.control,
    sessions: { ...bound(sessions), ...lie(sessions) },
    functions: { ...functions, list: tellAll, get: tellOne },
  };
  const causes: Causes = new Map();
  const reports: SuiteReport[] = [];
  for (const suite of suites) {
    const gateway = await startBrokenGateway(whole.function(of).url, fault());
    try {
      const target = {
        url: gateway.url,
        control,
        functionName: of,
        mayMoveClock: true,
        ...(waitsInVain && { clock: hurried() }),
      };
      reports.push(await runSuite(suite, target, { causes }));
    } finally {
      await gateway.close();
      await endSessions(whole, of);
    }
  }
  return reports;
}

/** Deletes all sessions, because a fault can hide sessions from their suite. */
async function endSessions({ control }: Emulator, functionName: string): Promise<void> {
  if (functionName.startsWith('MCP')) return;
  const query = { functionName, sessionStatus: 'Active', limit: 100 } as const;
  const { sessions } = await control.sessions.list(query);
  await Promise.all(sessions.map(({ sessionId }) => control.sessions.delete({ functionName, sessionId })));
}

/** A clock that runs four times as fast, for a suite that waits until its time limit. */
function hurried(): MovableClock {
  const start = performance.now();
  return new MovableClock({
    source: {
      monotonic: () => (performance.now() - start) * 4,
      wall: () => Date.now(),
      startTimer(delay, call) {
        const timer = setTimeout(call, delay / 4);
        timer.unref();
        return () => clearTimeout(timer);
      },
    },
  });
}

function bound(truth: SessionService): SessionService {
  return {
    create: (ref, input) => truth.create(ref, input),
    get: (ref) => truth.get(ref),
    list: (query) => truth.list(query),
    update: (ref, input) => truth.update(ref, input),
    delete: (ref) => truth.delete(ref),
    pause: (ref) => truth.pause(ref),
    resume: (ref, options) => truth.resume(ref, options),
  };
}

/** Changes the Set-Cookie lines of the session cookie only. */
const setCookie =
  (change: (line: string) => readonly string[]): (() => Fault) =>
  () => ({
    reply(reply) {
      reply.headers = mapped(reply.headers, 'set-cookie', (line) =>
        line.startsWith(COOKIE) ? change(line) : [line],
      );
    },
  });

const sentCookie = (headers: readonly string[]): string | undefined =>
  new RegExp(`${COOKIE}=([^;]+)`).exec(valuesOf(headers, 'cookie').join('; '))?.[1];

const isAnswer = ({ status }: { readonly status: number }): boolean => status === 200;

const REFUSAL = JSON.stringify({ Code: 'InvalidArgument', Message: 'too long', RequestId: '1' });
const OTHER_ID = '00000000-0000-4000-8000-000000000000';
const JSON_RPC = { jsonrpc: '2.0', id: 'any', result: {} };

const uncookie = (headers: string[]): string[] =>
  mapped(headers, 'cookie', (line) => [line.replace(new RegExp(`${COOKIE}=[^;]+`), 'other=1')]);

/** The session ID in a path. */
const renamed = (path: string, sessionId: string): string =>
  path.replace(/sessionId=[^&]+/, `sessionId=${sessionId}`);

const BROKEN: readonly (readonly [what: string, broken: Broken, failed: readonly string[]])[] = [
  ['nothing is broken, by cookie', { of: 'cookie', suites: [...OF_COOKIE, 'limits'] }, []],
  ['nothing is broken, by header', { of: 'header', suites: [...OF_HEADER, 'limits'] }, []],
  ['nothing is broken, MCP over Streamable HTTP', { of: 'MCP_STREAMABLE' }, []],
  ['nothing is broken, MCP over SSE', { of: 'MCP_SSE' }, []],

  [
    'the cookie has a Path',
    { of: 'cookie', fault: setCookie((line) => [`${line}; Path=/`]) },
    ['walkthrough.1.attributes'],
  ],
  [
    'the cookie is HttpOnly',
    { of: 'cookie', fault: setCookie((line) => [`${line}; HttpOnly`]) },
    ['walkthrough.1.attributes'],
  ],
  [
    'Max-Age is off by one',
    { of: 'cookie', fault: setCookie((line) => [line.replace('Max-Age=21600', 'Max-Age=21599')]) },
    ['walkthrough.1.max-age'],
  ],
  [
    'the cookie has no Max-Age',
    { of: 'cookie', fault: setCookie((line) => [line.replace(/; Max-Age=\d+/, '')]) },
    ['walkthrough.1.max-age'],
  ],
  [
    'the cookie expires at a date, not by Max-Age',
    {
      of: 'cookie',
      fault: setCookie((line) => [line.replace(/Max-Age=\d+/, 'Expires=Fri, 01 Jan 2100 00:00:00 GMT')]),
    },
    ['walkthrough.1.max-age', 'walkthrough.1.attributes'],
  ],
  [
    'the cookie is set twice',
    { of: 'cookie', fault: setCookie((line) => [line, line]) },
    ['walkthrough.1.set-cookie'],
  ],
  [
    'the letter case of the cookie is changed',
    { of: 'cookie', fault: setCookie((line) => [line.replace(COOKIE, COOKIE.toUpperCase())]) },
    ['walkthrough.1.set-cookie'],
  ],
  ['no cookie is set', { of: 'cookie', fault: setCookie(() => []) }, ['walkthrough.1.set-cookie']],
  [
    'every cookie names one session',
    { of: 'cookie', fault: setCookie((line) => [line.replace(/=[^;]+/, `=${OTHER_ID}`)]) },
    [
      'walkthrough.2.no-set-cookie',
      'walkthrough.2.same-instance',
      'walkthrough.3.new-cookie',
      'walkthrough.4.new-cookie',
      'lifecycle.again.told',
    ],
  ],
  [
    'the cookie of a session is set again by each response',
    {
      of: 'cookie',
      fault: () => ({
        reply(reply, { headers }) {
          const sessionId = sentCookie(headers);
          if (!isAnswer(reply) || sessionId === undefined || valuesOf(reply.headers, 'set-cookie').length > 0)
            return;
          reply.headers.push('Set-Cookie', `${COOKIE}=${sessionId}; Max-Age=21600`);
        },
      }),
    },
    ['walkthrough.2.no-set-cookie', 'session-api.use.nothing-planted'],
  ],
  [
    'a new cookie is set by each response',
    {
      of: 'cookie',
      fault: () => ({
        reply(reply) {
          if (!isAnswer(reply)) return;
          reply.headers = without(reply.headers, 'set-cookie');
          reply.headers.push('Set-Cookie', `${COOKIE}=${crypto.randomUUID()}; Max-Age=21600`);
        },
      }),
    },
    ['walkthrough.2.no-set-cookie', 'walkthrough.2.same-instance'],
  ],
  [
    'the cookie of a request is ignored',
    {
      of: 'cookie',
      fault: () => ({
        request(request) {
          request.headers = uncookie(request.headers);
          return undefined;
        },
      }),
    },
    ['walkthrough.2.no-set-cookie'],
  ],
  [
    'the instance changes within a session',
    {
      of: 'cookie',
      fault: () => ({
        reply(reply, { headers }) {
          if (sentCookie(headers) === undefined) return;
          reply.headers = mapped(reply.headers, 'x-instance', () => ['c-another']);
        },
      }),
    },
    ['walkthrough.2.same-instance'],
  ],
  [
    'the request ID is missing',
    {
      of: 'cookie',
      fault: () => ({
        reply(reply) {
          reply.headers = without(reply.headers, 'x-fc-request-id');
        },
      }),
    },
    ['walkthrough.1.request-id'],
  ],
  [
    'the request ID is a UUID',
    {
      of: 'cookie',
      fault: () => ({
        reply(reply) {
          reply.headers = mapped(reply.headers, 'x-fc-request-id', () => [crypto.randomUUID()]);
        },
      }),
    },
    ['walkthrough.1.request-id'],
  ],
  [
    'the second request fails',
    {
      of: 'cookie',
      suites: ['walkthrough'],
      fault: () => ({
        request: ({ headers }) =>
          sentCookie(headers) === undefined ? undefined : { status: 503, headers: [], body: 'down' },
      }),
    },
    ['walkthrough.2.status'],
  ],
  [
    'the ID of an expired session is accepted',
    {
      of: 'cookie',
      fault: () => {
        const expired = new Set<string>();
        return {
          request(request) {
            const sessionId = sentCookie(request.headers);
            if (sessionId !== undefined && expired.has(sessionId))
              request.headers = uncookie(request.headers);
            return undefined;
          },
          reply(reply, { headers }) {
            if (reply.status !== 400) return;
            expired.add(sentCookie(headers) ?? '');
            reply.status = 200;
            reply.headers = without(reply.headers, 'content-length');
            reply.body = 'Hello, World!';
          },
        };
      },
      suites: ['lifecycle'],
    },
    ['lifecycle.no-reuse.refused'],
  ],
  [
    'a refusal names a new session ID',
    {
      of: 'cookie',
      suites: ['lifecycle', 'limits'],
      fault: () => ({
        reply(reply) {
          if (reply.status >= 400) reply.headers.push('Set-Cookie', `${COOKIE}=${crypto.randomUUID()}`);
        },
      }),
    },
    ['lifecycle.no-reuse.nothing-told', 'limits.ceiling.nothing-told'],
  ],
  [
    'the function is called before a request is refused',
    {
      of: 'cookie',
      suites: ['lifecycle', 'limits'],
      fault: () => ({
        reply(reply) {
          if (reply.status >= 400) reply.headers.push('X-Instance', 'c-asked');
        },
      }),
    },
    [
      'lifecycle.no-reuse.not-called',
      'limits.headers.not-called',
      'limits.load.not-called',
      'limits.ceiling.not-called',
    ],
  ],
  [
    'nothing is ever refused with 429',
    {
      of: 'cookie',
      suites: ['limits'],
      fault: () => ({
        reply(reply) {
          if (reply.status !== 429) return;
          reply.status = 200;
          reply.body = 'Hello, World!';
        },
      }),
    },
    ['limits.load.bound', 'limits.burst.answered', 'limits.ceiling.status'],
  ],
  [
    'the status is 503 in place of 429',
    {
      of: 'cookie',
      suites: ['limits'],
      fault: () => ({
        reply(reply) {
          if (reply.status === 429) reply.status = 503;
        },
      }),
    },
    ['limits.load.bound', 'limits.burst.answered'],
  ],
  [
    'a path and query of 4096 bytes are refused',
    {
      of: 'cookie',
      suites: ['limits'],
      fault: () => ({
        request: ({ path }) =>
          path.length >= 4096 ? { status: 400, headers: [], body: REFUSAL } : undefined,
      }),
    },
    ['limits.target.4096'],
  ],
  [
    'a path and query are never too long',
    {
      of: 'cookie',
      suites: ['limits'],
      fault: () => ({
        request(request) {
          request.path = request.path.slice(0, 4000);
          return undefined;
        },
      }),
    },
    ['limits.target.4097', 'limits.headers.not-called'],
  ],
  [
    'header lines are never too long',
    {
      of: 'cookie',
      suites: ['limits'],
      fault: () => ({
        request(request) {
          request.headers = mapped(request.headers, 'x-long', (value) => [value.slice(0, 4000)]);
          return undefined;
        },
      }),
    },
    ['limits.headers.8193', 'limits.headers.not-called'],
  ],
  [
    'an ID that nobody issued becomes a session',
    {
      of: 'cookie',
      suites: ['limits'],
      fault: () => {
        const real = new Map<string, string>();
        const told = new Map<string, string>();
        return {
          request(request) {
            const sent = sentCookie(request.headers);
            const known = sent === undefined ? undefined : told.get(sent);
            if (known !== undefined)
              request.headers = mapped(request.headers, 'cookie', () => [`${COOKIE}=${known}`]);
            if (sent !== undefined) real.set(request.path + request.headers.join(), sent);
            return undefined;
          },
          reply(reply, request) {
            const sent = sentCookie(request.headers);
            reply.headers = mapped(reply.headers, 'set-cookie', (line) => {
              if (sent === undefined) return [line];
              told.set(sent, line.split(/[=;]/)[1] ?? '');
              return [];
            });
          },
        };
      },
    },
    ['limits.id.unknown', 'limits.id.malformed'],
  ],

  [
    "the handler's cookie is lost",
    {
      of: 'hello',
      fault: () => ({
        reply(reply) {
          reply.headers = mapped(reply.headers, 'set-cookie', (line) =>
            line.startsWith(COOKIE) ? [line] : [],
          );
        },
      }),
    },
    ['limits.cookie.kept'],
  ],
  [
    'a 101 sets the session cookie',
    {
      of: 'hello',
      fault: () => ({
        reply(reply) {
          if (reply.status === 101)
            reply.headers.push('Set-Cookie', `${COOKIE}=${crypto.randomUUID()}; Max-Age=21600`);
        },
      }),
    },
    ['limits.upgrade.nothing-told'],
  ],
  [
    'an instance takes one session too many',
    {
      of: 'roomy',
      tell: (config) => ({
        ...config,
        sessionAffinityConfig: { ...config.sessionAffinityConfig, sessionConcurrencyPerInstance: 2 },
      }),
    },
    ['walkthrough.4.new-instance', 'limits.burst.answered', 'limits.burst.places'],
  ],
  [
    'the function may have one instance too many',
    { of: 'cookie', tell: (config) => ({ ...config, maxInstances: 3 }), suites: ['limits'] },
    ['limits.burst.answered'],
  ],
  [
    'PauseSession answers and does not pause',
    {
      of: 'isolated',
      lie: (truth) => ({ pause: async (ref) => ({ ...(await truth.get(ref)), sessionStatus: 'Paused' }) }),
    },
    [
      'lifecycle.pause.status',
      'lifecycle.pause.instance',
      'lifecycle.pause.refused',
      'lifecycle.pause.twice',
      'lifecycle.pause.update',
      'lifecycle.resume.session',
    ],
  ],
  [
    'the control API names another instance',
    {
      of: 'cookie',
      lie: (truth) => ({ get: async (ref) => ({ ...(await truth.get(ref)), containerId: 'c-lie' }) }),
    },
    ['walkthrough.2.same-instance', 'session-api.get.active'],
  ],
  [
    'CreateSession names another instance',
    {
      of: 'cookie',
      lie: (truth) => ({
        create: async (ref, input) => ({ ...(await truth.create(ref, input)), containerId: 'c-lie' }),
      }),
      suites: ['walkthrough', 'session-api'],
    },
    [
      'session-api.create.instance',
      'session-api.get.active',
      'session-api.use.instance',
      'session-api.update.ttl',
    ],
  ],
  [
    'DeleteSession answers and does not delete',
    { of: 'cookie', lie: () => ({ delete: async () => {} }), suites: ['session-api'] },
    ['session-api.delete.gone', 'session-api.delete.unlisted', 'session-api.delete.used-again'],
  ],
  [
    'the control API takes a TTL of 21601 s',
    {
      of: 'cookie',
      lie: (truth) => ({
        create: (ref, { sessionTTLInSeconds: ttl = 21600, ...input }) =>
          truth.create(ref, { ...input, sessionTTLInSeconds: Math.min(ttl, 21600) }),
      }),
      suites: ['session-api'],
    },
    ['session-api.create.ttl-21601'],
  ],
  [
    'UpdateSession changes nothing',
    {
      of: 'cookie',
      lie: (truth) => ({ update: (ref) => truth.get(ref) }),
      suites: ['session-api', 'lifecycle'],
    },
    [
      'session-api.update.ttl',
      'lifecycle.update.lengthened',
      'lifecycle.update.from-creation',
      'lifecycle.update.shortened',
    ],
  ],
  [
    'ListSessions does not filter by status',
    {
      of: 'cookie',
      lie: (truth) => ({ list: ({ sessionStatus: _, ...query }) => truth.list(query) }),
      suites: ['session-api'],
    },
    ['session-api.list.active', 'session-api.list.expired'],
  ],
  [
    'ListSessions shows the first page again and again',
    {
      of: 'cookie',
      lie: (truth) => ({
        list: async ({ nextToken: _, ...query }) => ({ nextToken: 'more', ...(await truth.list(query)) }),
      }),
      suites: ['session-api'],
    },
    ['session-api.list.pages', 'session-api.list.both'],
  ],

  [
    'the session header of a request is dropped',
    {
      of: 'header',
      fault: () => ({
        request(request) {
          request.headers = without(request.headers, HEADER);
          return undefined;
        },
      }),
    },
    [
      'header.known.not-echoed',
      'header.case.same-instance',
      'header.chosen.same-instance',
      'header.chosen.not-echoed',
      'header.grammar.65-characters',
      'header.grammar.leading-dash',
    ],
  ],
  [
    'the session header is read in one letter case only',
    {
      of: 'header',
      fault: () => ({
        request(request) {
          if (request.headers.includes(HEADER.toUpperCase()))
            request.headers = without(request.headers, HEADER);
          return undefined;
        },
      }),
    },
    ['header.case.same-instance'],
  ],
  [
    'the session header of a response is dropped',
    {
      of: 'header',
      fault: () => ({
        reply(reply) {
          reply.headers = without(reply.headers, HEADER);
        },
      }),
    },
    ['header.generated.returned'],
  ],
  [
    'the ID of the client is echoed',
    {
      of: 'header',
      fault: () => ({
        reply(reply, { headers }) {
          const [sessionId] = valuesOf(headers, HEADER);
          if (isAnswer(reply) && sessionId !== undefined) reply.headers.push(HEADER, sessionId);
        },
      }),
    },
    [
      'header.known.not-echoed',
      'header.chosen.not-echoed',
      'session-api.use.nothing-planted',
      'lifecycle.again.told',
    ],
  ],
  [
    'a wrong ID is echoed',
    {
      of: 'header',
      fault: () => ({
        reply(reply, { headers }) {
          if (isAnswer(reply) && valuesOf(headers, HEADER).length > 0) reply.headers.push(HEADER, OTHER_ID);
        },
      }),
    },
    ['header.known.not-echoed', 'header.case.same-instance', 'header.chosen.not-echoed'],
  ],
  [
    'a session cookie is set beside the header',
    {
      of: 'header',
      fault: () => ({
        reply(reply) {
          const [sessionId] = valuesOf(reply.headers, HEADER);
          if (sessionId !== undefined)
            reply.headers.push('Set-Cookie', `${COOKIE}=${sessionId}; Max-Age=21600`);
        },
      }),
    },
    ['header.cookie.never-set'],
  ],
  [
    'IDs are cut to 64 characters',
    {
      of: 'header',
      fault: () => ({
        request(request) {
          request.headers = mapped(request.headers, HEADER, (value) => [value.slice(0, 64)]);
          return undefined;
        },
      }),
    },
    ['header.grammar.65-characters'],
  ],
  [
    'IDs may have 63 characters',
    {
      of: 'header',
      fault: () => ({
        request: ({ headers }) =>
          (valuesOf(headers, HEADER)[0]?.length ?? 0) > 63
            ? { status: 400, headers: [], body: REFUSAL }
            : undefined,
      }),
    },
    ['header.grammar.64-characters'],
  ],
  [
    'an ID that begins with a dash is accepted',
    {
      of: 'header',
      suites: ['header', 'limits'],
      fault: () => ({
        request(request) {
          request.headers = mapped(request.headers, HEADER, (value) => [value.replace(/^-/, '')]);
          return undefined;
        },
      }),
    },
    ['header.grammar.leading-dash', 'limits.id.malformed'],
  ],

  [
    'Mcp-Session-Id of a response is dropped',
    {
      of: 'MCP_STREAMABLE',
      fault: () => ({
        reply(reply) {
          reply.headers = without(reply.headers, 'mcp-session-id');
        },
      }),
    },
    ['mcp-streamable.initialize.session-id'],
  ],
  [
    'Mcp-Session-Id of a request is dropped',
    {
      of: 'MCP_STREAMABLE',
      fault: () => ({
        request(request) {
          request.headers = without(request.headers, 'mcp-session-id');
          return undefined;
        },
      }),
    },
    [
      'mcp-streamable.post.same-instance',
      'mcp-streamable.stream.head',
      'mcp-streamable.unknown.refused',
      'mcp-streamable.delete.agreed',
    ],
  ],
  [
    'every Mcp-Session-Id is accepted',
    {
      of: 'MCP_STREAMABLE',
      fault: () => ({
        reply(reply) {
          if (reply.status !== 404) return;
          reply.status = 200;
          reply.body = JSON.stringify(JSON_RPC);
        },
      }),
    },
    ['mcp-streamable.unknown.refused', 'mcp-streamable.deleted.refused'],
  ],
  [
    'the gateway answers DELETE and does not forward it',
    {
      of: 'MCP_STREAMABLE',
      fault: () => ({
        request: ({ method }) => (method === 'DELETE' ? { status: 200, headers: [] } : undefined),
      }),
    },
    ['mcp-streamable.deleted.refused'],
  ],
  [
    'streams are sent only at their end',
    { of: 'MCP_STREAMABLE', waitsInVain: true, fault: () => ({ holdsBodies: true }) },
    ['mcp-streamable.stream.head'],
  ],
  [
    'SSE streams are sent only at their end',
    { of: 'MCP_SSE', waitsInVain: true, fault: () => ({ holdsBodies: true }) },
    ['mcp-sse.stream.endpoint'],
  ],
  [
    'the endpoint of the stream is rewritten',
    { of: 'MCP_SSE', fault: () => ({ body: (text) => text.replace(/\?sessionId=\S+/, '') }) },
    ['mcp-sse.stream.endpoint'],
  ],
  [
    'messages go to another session',
    {
      of: 'MCP_SSE',
      fault: () => ({
        request(request) {
          request.path = renamed(request.path, OTHER_ID);
          return undefined;
        },
      }),
    },
    ['mcp-sse.message.status'],
  ],
  [
    'every message is accepted',
    {
      of: 'MCP_SSE',
      fault: () => ({
        reply(reply) {
          if (reply.status === 404) reply.status = 202;
        },
      }),
    },
    ['mcp-sse.unknown.refused', 'mcp-sse.closed.refused'],
  ],
  [
    'answers never reach the stream',
    {
      of: 'MCP_SSE',
      waitsInVain: true,
      fault: () => ({ body: (text) => (text.includes('"jsonrpc"') ? ': cut\n\n' : text) }),
    },
    ['mcp-sse.message.answered'],
  ],
];

describe('verify, on a broken gateway', () => {
  it.each(BROKEN)('%s: exactly the steps that name the fault fail', async (_what, broken, failed) => {
    const reports = await check(broken);
    const steps = reports.flatMap((report) => report.steps);
    const pages = await Promise.all(reports.map((report) => renderReport(report, 'pretty')));
    const found = steps.filter(({ status }) => status === 'failed').map(({ id }) => id);
    expect(found, pages.join('\n\n')).toEqual(failed);
  });
});
