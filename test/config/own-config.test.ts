import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load-config.js';
import { OWN_WORDS } from '../../src/config/own-config.js';
import { blocks } from '../../src/config/problem.js';
import { ownJsonSchema } from '../../src/schema/own-config.js';

const root = join(mkdtempSync(join(tmpdir(), 'fc-affinity-own-')), 'my shop');
afterAll(() => rmSync(join(root, '..'), { recursive: true, force: true }));
mkdirSync(join(root, 'code'), { recursive: true });

function load(text: string, name = 'fc-affinity.yaml') {
  const file = join(root, name);
  writeFileSync(file, text);
  return loadConfig({ file, env: {}, overrides: { input: {}, triggers: {}, refuse: () => {} } });
}

const isValid = new Ajv({ strictTypes: false }).compile(ownJsonSchema(OWN_WORDS));

const RIGHT: readonly (readonly [title: string, text: string])[] = [
  ['one function', 'command: node app.js\n'],
  ['a command as a list', 'command: [node, my app.js]\n'],
  [
    'everything',
    'command: node app.js\nfunctionName: cart\ndirectory: code\naffinity: header\nheaderName: x-session-id\nsessionsPerInstance: 5\nttl: 6h\nidle: 90\ndisableSessionIdReuse: true\nisolation: share\ntimeout: 1h30m\nstartTimeout: 10s\ndrainTimeout: 0\nmaxInstances: 4\nminInstances: 1\nenv: { A: "1" }\ntriggerAuth: function\ncustomDomain: true\n',
  ],
  [
    'several functions',
    'functions:\n  a: { command: node a.js }\n  b: { command: node b.js, affinity: none, instanceConcurrency: 10 }\n',
  ],
  ['the words of the API', 'command: x\naffinity: MCP_SSE\nssePath: /events\n'],
  ['null is absent', 'command: x\nttl:\n'],
];

const WRONG: readonly (readonly [
  title: string,
  text: string,
  problems: readonly (readonly [string, RegExp])[],
])[] = [
  ['no command', 'ttl: 6h\n', [['1:1 own-config', /command must be a command/]]],
  [
    'a misspelt key',
    'command: x\nsesionsPerInstance: 2\n',
    [['2:1 unknown-key', /no key "sesionsPerInstance"/]],
  ],
  [
    'a misspelt key of a function',
    'functions:\n  a: { command: x, tll: 5 }\n',
    [['2:20 unknown-key', /the function a has no key/]],
  ],
  [
    'a word that is none',
    'command: x\naffinity: cookies\n',
    [['2:11 own-config', /affinity must be one of cookie/]],
  ],
  [
    'a duration that is none',
    'command: x\nttl: 6 hours\nidle: -1\n',
    [
      ['2:6 own-config', /ttl must be whole seconds/],
      ['3:7 own-config', /idle must be/],
    ],
  ],
  [
    'a number out of its range',
    'command: x\nsessionsPerInstance: 201\n',
    [['2:22 own-config', /an integer from 1 to 200/]],
  ],
  [
    'a variable that is a number',
    'command: x\nenv: { PORT: 8080 }\n',
    [['2:14 own-config', /env\.PORT must be a string/]],
  ],
  ['no function at all', 'functions: []\n', [['1:12 own-config', /functions must be a map/]]],
];

/** What a JSON Schema does not say. */
const TOGETHER: typeof WRONG = [
  [
    'a header without a name',
    'command: x\naffinity: header\n',
    [['2:11 header-name', /headerName is required/]],
  ],
  [
    'a name without a header',
    'command: x\nheaderName: x-session-id\n',
    [['2:13 own-config', /no meaning with affinity cookie/]],
  ],
  [
    'a TTL of sessions that last as long as their stream',
    'command: x\naffinity: mcp-sse\nttl: 60\n',
    [['3:6 own-config', /ttl has no meaning with affinity mcp-sse/]],
  ],
  [
    'an SSE endpoint that is no path',
    'command: x\naffinity: mcp-sse\nssePath: events\n',
    [['3:10 value-format', /ssePath must be a path that begins with "\/", got "events"/]],
  ],
  [
    'idle over TTL',
    'command: x\nttl: 60\nidle: 61\n',
    [['3:7 idle-over-ttl', /idle must not be greater than ttl \(60\)/]],
  ],
  [
    'a TTL over six hours',
    'command: x\nttl: 7h\n',
    [['2:6 value-range', /ttl must be an integer from 1 to 21600/]],
  ],
  [
    'isolation without affinity',
    'command: x\naffinity: none\nisolation: session\n',
    [['3:12 isolation-affinity', /isolation/]],
  ],
  ['a reserved variable', 'command: x\nenv:\n  FC_X: "1"\n', [['3:3 variables', /FC_X/]]],
  ['a quote that is not closed', 'command: "node \'app.js"\n', [['1:10 own-config', /not closed/]]],
  ['a name that is none', 'functions:\n  1a: { command: x }\n', [['2:7 value-format', /functionName/]]],
];

describe('fc-affinity.yaml', () => {
  it('has the words and the defaults of the command line', () => {
    const [fn] = load('command: node app.js\n').functions;
    expect(fn?.config).toMatchObject({
      functionName: 'my-shop',
      codeDirectory: root,
      customRuntimeConfig: { command: ['node', 'app.js'] },
      sessionAffinity: 'GENERATED_COOKIE',
      timeout: 60,
      maxInstances: 20,
    });
    expect(fn?.triggers).toEqual([
      { triggerName: 'defaultTrigger', authType: 'anonymous', customDomain: false },
    ]);
  });

  it('relative folders begin at the file, durations have units', () => {
    const [fn] = load(RIGHT[2]?.[1] ?? '').functions;
    expect(fn?.config).toMatchObject({ codeDirectory: join(root, 'code'), timeout: 5400 });
    expect(fn?.config.sessionAffinityConfig).toMatchObject({
      sessionTTLInSeconds: 21600,
      sessionIdleTimeoutInSeconds: 90,
      affinityHeaderFieldName: 'x-session-id',
    });
  });

  it('may be JSON', () => {
    const { functions, problems } = load(
      '{"functions": {"a": {"command": ["node", "a.js"]}}}',
      'fc-affinity.json',
    );
    expect(problems).toEqual([]);
    expect(functions.map(({ config }) => config.functionName)).toEqual(['a']);
  });

  it.each(RIGHT)('loader and JSON Schema accept: %s', (_, text) => {
    expect(load(text).problems).toEqual([]);
    expect(isValid(parse(text)), JSON.stringify(isValid.errors)).toBe(true);
  });

  it.each([...WRONG, ...TOGETHER])('refuses: %s', (_, text, expected) => {
    const { problems } = load(text);
    expect(problems.map(({ at, rule }) => `${at.line}:${at.column} ${rule}`)).toEqual(
      expected.map(([where]) => where),
    );
    for (const [at, [, message]] of expected.entries()) expect(problems[at]?.message).toMatch(message);
    expect(problems.some(blocks)).toBe(true);
  });

  it.each(WRONG)('the JSON Schema refuses too: %s', (_, text) => {
    expect(isValid(parse(text))).toBe(false);
  });
});
