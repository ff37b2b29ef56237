import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.js';
import { blocks } from '../../src/config/problem.js';
import { isOurs, RULES } from '../../src/config/rules.js';

const root = mkdtempSync(join(tmpdir(), 'fc-affinity-lint-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, 'code'));
writeFileSync(join(root, 'app.zip'), '');

const HEAD =
  'edition: 3.0.0\nname: app\nresources:\n  fn:\n    component: fc3\n    props:\n      functionName: fn\n      region: cn-hangzhou\n';
const CODE = 'runtime: custom.debian12\ncode: ./code\ncustomRuntimeConfig: { command: [node, app.js] }\n';
const COOKIE = 'sessionAffinity: GENERATED_COOKIE\n';
const HEADER = 'sessionAffinity: HEADER_FIELD\n';
const trigger = (config: string): string =>
  `triggers: [{ triggerName: http, triggerType: http, triggerConfig: ${config} }]\n`;
const METHODS = '{ authType: anonymous, methods: [GET, POST, DELETE] }';

/** Every problem as `LINE:COL level rule`; the first of these props stands on line 12. */
function problemsOf(props: string, whole = `${HEAD}${indented(`${CODE}${props}`)}`) {
  const file = join(root, 's.yaml');
  writeFileSync(file, whole);
  return loadConfig({ file, env: {}, overrides: { input: {}, triggers: {}, refuse: () => {} } });
}

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '      ');
}

type Case = readonly [
  title: string,
  props: string,
  problems: readonly (readonly [where: string, message: RegExp, fix?: RegExp])[],
];

/** What the emulator does not serve either. */
const REFUSED: readonly Case[] = [
  [
    'G01: instanceConcurrency with affinity',
    `${COOKIE}instanceConcurrency: 30\n`,
    [
      [
        '13:28 error concurrency-with-affinity',
        /ConcurrencyLimit is invalid for session function, allowed: 200/,
        /leave/,
      ],
    ],
  ],
  [
    'instanceConcurrency out of range',
    'instanceConcurrency: 201\n',
    [['12:28 error value-range', /1 to 200/]],
  ],
  [
    'an SSE endpoint that is no path',
    'sessionAffinity: MCP_SSE\nsessionAffinityConfig: { sseEndpointPath: events }\n',
    [
      ['12:24 warning mcp-trigger', /./],
      ['12:24 warning sse-timeout', /./],
      ['13:49 error value-format', /sseEndpointPath must be a path that begins with "\/", got "events"/],
    ],
  ],
  [
    'an affinity in short',
    'sessionAffinity: cookie\n',
    [['12:24 error affinity-name', /cookie is invalid/, /GENERATED_COOKIE/]],
  ],
  [
    'a misspelt affinity',
    'sessionAffinity: HEADER_FEILD\n',
    [['12:24 error affinity-name', /./, /HEADER_FIELD/]],
  ],
  [
    'a misspelt key',
    'sesionAffinity: GENERATED_COOKIE\n',
    [['12:7 error unknown-key', /silently ignored/, /did you mean sessionAffinity\?/]],
  ],
  [
    'a misspelt key of the affinity',
    `${COOKIE}sessionAffinityConfig: { sessionTTLInSecond: 5 }\n`,
    [['13:32 error unknown-key', /sessionAffinityConfig has no key/, /sessionTTLInSeconds/]],
  ],
  [
    'a misspelt key of a trigger',
    trigger('{ authTyp: anonymous, authType: anonymous, methods: [GET] }'),
    [['12:75 error unknown-key', /triggerConfig has no key "authTyp"/, /authType/]],
  ],
  [
    'H11: a header affinity without a name',
    HEADER,
    [['12:24 error header-name', /affinityHeaderFieldName is required/]],
  ],
  [
    'H08: a header that begins with x-fc-',
    `${HEADER}sessionAffinityConfig: { affinityHeaderFieldName: x-fc-abc12 }\n`,
    [['13:57 error header-name', /not with "x-fc-"/]],
  ],
  [
    'H09: a header of four letters',
    `${HEADER}sessionAffinityConfig: '{"affinityHeaderFieldName": "abcd"}'\n`,
    [['13:30 error header-name', /5 to 40/]],
  ],
  [
    'U2: idle over TTL',
    `${COOKIE}sessionAffinityConfig:\n  sessionTTLInSeconds: 60\n  sessionIdleTimeoutInSeconds: 61\n`,
    [['15:38 error idle-over-ttl', /must not be greater than sessionTTLInSeconds \(60\)/]],
  ],
  [
    'U3: a TTL over six hours',
    `${COOKIE}sessionAffinityConfig: { sessionTTLInSeconds: 86400 }\n`,
    [['13:53 error value-range', /1 to 21600/]],
  ],
  [
    'G07: 201 sessions an instance, and every other mistake too',
    `${COOKIE}sessionAffinityConfig: { sessionConcurrencyPerInstance: 201 }\ntimeout: 0\nmemorySize: 100\n`,
    [
      ['13:63 error value-range', /1 to 200/],
      ['14:16 error value-range', /timeout/],
      ['15:19 error value-range', /memorySize/],
    ],
  ],
  [
    'G08: session isolation without affinity',
    'instanceIsolationMode: SESSION_EXCLUSIVE\ncpu: 2\n',
    [['12:30 error isolation-affinity', /needs a sessionAffinity/]],
  ],
  [
    'session isolation with two sessions an instance',
    `${COOKIE}cpu: 2\ninstanceIsolationMode: SESSION_EXCLUSIVE\nsessionAffinityConfig: { sessionConcurrencyPerInstance: 2 }\n`,
    [['15:63 error sessions-per-instance', /must be 1/]],
  ],
  [
    'U1: request isolation with affinity',
    `${COOKIE}instanceIsolationMode: REQUEST_EXCLUSIVE\n`,
    [['13:30 error affinity-conflict', /cannot be used/]],
  ],
  [
    'G19: a reserved variable, at its line',
    'environmentVariables:\n  A: "1"\n  FC_X: "1"\n',
    [['14:9 error variables', /'FC_X' is reserved/]],
  ],
  [
    'variables over 4 KB, at environmentVariables',
    `environmentVariables: { A: "${'x'.repeat(4096)}" }\n`,
    [['12:29 error variables', /4096 bytes/]],
  ],
  [
    'a variable that YAML reads as a number',
    'environmentVariables:\n  PORT: 8080\n',
    [['13:15 error value-type', /must be/, /PORT: "8080"/]],
  ],
  [
    'a text where a number stands',
    'timeout: "60"\n',
    [['12:16 error value-type', /timeout must be an integer/]],
  ],
  [
    'a text of JSON that is no map',
    `${COOKIE}sessionAffinityConfig: "5"\n`,
    [['13:30 error value-type', /JSON object/]],
  ],
  [
    'an unknown method',
    trigger('{ authType: anonymous, methods: [FETCH] }'),
    [['12:105 error trigger', /methods/]],
  ],
  [
    'two HTTP triggers of one qualifier',
    `triggers:\n- { triggerName: a, triggerType: http, triggerConfig: ${METHODS} }\n- { triggerName: b, triggerType: http, triggerConfig: ${METHODS} }\n`,
    [['14:9 error trigger', /can have only one/]],
  ],
  [
    'a trigger without a name',
    `triggers: [{ triggerType: http, triggerConfig: ${METHODS} }]\n`,
    [['12:18 error trigger', /triggerName/]],
  ],
];

/** What the emulator serves, and warns of. */
const SERVED: readonly Case[] = [
  ['nothing', `${COOKIE}${trigger(METHODS)}`, []],
  [
    'a configuration that is a bare word: the affinity is NONE',
    `${COOKIE}sessionAffinityConfig: cookie\n`,
    [['13:30 warning affinity-config-text', /the affinity becomes NONE/]],
  ],
  [
    'a configuration without an affinity',
    'sessionAffinityConfig: { sessionTTLInSeconds: 60 }\n',
    [['12:30 warning affinity-config-unused', /the affinity is NONE/]],
  ],
  [
    'a key that the affinity does not use',
    `${COOKIE}sessionAffinityConfig: { affinityHeaderFieldName: x-session-id }\n`,
    [['13:32 warning affinity-key-unused', /it is for HEADER_FIELD/]],
  ],
  [
    'a key in another letter case',
    `${COOKIE}sessionAffinityConfig: { SessionTTLInSeconds: 60 }\n`,
    [['13:32 warning key-case', /sessionTTLInSeconds/]],
  ],
  [
    'U19: idle 0',
    `${COOKIE}sessionAffinityConfig: { sessionIdleTimeoutInSeconds: 0 }\n`,
    [['13:61 warning idle-zero', /idle 0/]],
  ],
  [
    'disableSessionIdReuse in a map',
    `${COOKIE}sessionAffinityConfig: { disableSessionIdReuse: true }\n`,
    [['13:32 warning reuse-dropped', /may drop it/, /'\{"disableSessionIdReuse":true\}'/]],
  ],
  [
    'disableSessionIdReuse in a text of JSON',
    `${COOKIE}sessionAffinityConfig: '{"disableSessionIdReuse":true}'\n`,
    [],
  ],
  [
    'session isolation without cpu',
    `${COOKIE}instanceIsolationMode: SESSION_EXCLUSIVE\n`,
    [['13:30 error isolation-cpu', /at least 2 vCPU, got 0\.35, the default/, /cpu: 2/]],
  ],
  [
    'session isolation with 1 vCPU',
    `${COOKIE}instanceIsolationMode: SESSION_EXCLUSIVE\ncpu: 1\n`,
    [['14:12 error isolation-cpu', /got 1/]],
  ],
  ['an unknown key that is like no other', 'quux: 1\n', [['12:7 error unknown-key', /silently ignored/]]],
  [
    'S07: a stream that the timeout cuts, and a trigger without POST',
    `sessionAffinity: MCP_SSE\n${trigger('{ authType: anonymous, methods: [GET] }')}`,
    [
      ['12:24 warning sse-timeout', /after 3 s, the default/],
      ['13:105 warning mcp-methods', /POST is refused/],
    ],
  ],
  [
    'T05: MCP without DELETE',
    `sessionAffinity: MCP_STREAMABLE\n${trigger('{ authType: anonymous, methods: [GET, POST] }')}`,
    [['13:105 warning mcp-methods', /DELETE is refused/]],
  ],
  [
    'MCP without a trigger',
    'sessionAffinity: MCP_STREAMABLE\n',
    [['12:24 warning mcp-trigger', /there is none/]],
  ],
  [
    'a trigger without authType',
    trigger('{ methods: [GET] }'),
    [['12:73 warning trigger-auth', /must be signed/]],
  ],
  [
    'jwt',
    trigger('{ authType: jwt, methods: [GET] }'),
    [['12:85 warning auth-not-emulated', /accepts every request/]],
  ],
  [
    'a date without quotes',
    'description: 2025-01-01\n',
    [['12:20 warning unquoted-date', /empty map/, /"2025-01-01"/]],
  ],
];

describe('lint', () => {
  it.each([...REFUSED, ...SERVED])('tells: %s', (_, props, expected) => {
    const { problems } = problemsOf(props);
    const seen = problems.map(({ at, level, rule }) => `${at.line}:${at.column} ${level} ${rule}`);
    expect(seen).toEqual(expected.map(([where]) => where));
    for (const [at, [, message, fix]] of expected.entries()) {
      expect(problems[at]?.message).toMatch(message);
      if (fix !== undefined) expect(problems[at]?.fix).toMatch(fix);
    }
  });

  it.each(REFUSED)('is not served: %s', (_, props) => {
    expect(problemsOf(props).problems.some(blocks)).toBe(true);
  });

  it.each(SERVED)('is served: %s', (_, props) => {
    const { problems, functions } = problemsOf(props);
    expect(problems.filter(blocks)).toEqual([]);
    expect(functions).toHaveLength(1);
  });

  it('a configuration that is a bare word makes no affinity, as on the cloud', () => {
    const [fn] = problemsOf(`${COOKIE}sessionAffinityConfig: cookie\n`).functions;
    expect(fn?.config.sessionAffinity).toBe('NONE');
  });

  it.each([
    ['java11', 'code: ./code', /the runtime java11 is not emulated/],
    ['custom-container', 'customContainerConfig: { image: x }', /not started here/],
    [
      'custom',
      'code: { ossBucketName: b, ossObjectName: o }\ncustomRuntimeConfig: { command: [a] }',
      /in OSS/,
    ],
  ])('what only the emulator cannot serve is no error of lint: %s', (runtime, more, message) => {
    const { problems } = problemsOf('', `${HEAD}${indented(`runtime: ${runtime}\n${more}`)}`);
    expect(problems.map((problem) => [problem.message, isOurs(problem.rule), blocks(problem)])).toEqual([
      [expect.stringMatching(message), true, true],
    ]);
  });

  it.each([
    ['a folder that is not there', 'runtime: custom\ncode: ./nope', 'code-missing'],
    ['an archive', 'runtime: custom\ncode: ./app.zip', 'code-missing'],
    ['no code', 'runtime: custom', 'missing-key'],
    ['no bootstrap', 'runtime: custom\ncode: ./code', 'no-bootstrap'],
  ])('code: %s', (_, props, rule) => {
    const { problems } = problemsOf('', `${HEAD}${indented(props)}`);
    expect(problems.map((problem) => [problem.rule, problem.level])).toEqual([[rule, 'error']]);
  });

  it('every rule has its document', () => {
    for (const { source } of Object.values(RULES)) expect(source).toMatch(/^https:\/\//);
  });
});
