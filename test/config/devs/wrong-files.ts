import type { RightFile } from './right-files.js';

/** A project that is refused, and the complaints as `LINE:COL rule` with a part of the message. */
export interface WrongFile extends RightFile {
  readonly problems: readonly (readonly [where: string, message: RegExp, fix?: string])[];
  /** Serverless Devs accepts it, or makes something else of it. */
  readonly vendorAccepts?: true;
}

const HEAD = 'edition: 3.0.0\nname: app\nvars: { region: cn-hangzhou, list: [1] }\n';
/** One function whose prop `x` stands on line 8, at the tenth column. */
const withValue = (value: string): Record<string, string> => ({
  's.yaml': `${HEAD}resources:\n  fn:\n    component: fc3\n    props:\n      x: ${value}\n`,
});
/** Nested: `"[[[…"`. */
const nest = (depth: number): string => `${HEAD}resources: ${'['.repeat(depth)}${']'.repeat(depth)}\n`;
const laughs = Array.from(
  { length: 9 },
  (_, at) => `l${at + 1}: &l${at + 1} [${Array(9).fill(`*l${at}`).join(', ')}]`,
).join('\n');

export const WRONG_FILES: readonly WrongFile[] = [
  {
    title: 'a path of vars that is not there names the nearest',
    files: withValue('${vars.regoin}'),
    problems: [['8:10 unresolved-expression', /there is no vars\.regoin/, 'did you mean ${vars.region}?']],
  },
  {
    title: 'an expression inside text has its own column',
    files: withValue('"a ${vars.region} b ${vars.nope} c"'),
    problems: [['8:30 unresolved-expression', /there is no vars\.nope/]],
  },
  {
    title: 'every wrong expression is told, not the first alone',
    files: withValue('["${vars.a}", "${vars.b}"]'),
    problems: [
      ['8:12 unresolved-expression', /vars\.a/],
      ['8:25 unresolved-expression', /vars\.b/],
    ],
  },
  {
    title: 'env() of a variable that is not set',
    files: withValue("${env('NOPE')}"),
    problems: [['8:10 unresolved-expression', /NOPE is not set/]],
  },
  {
    title: 'env() of a variable that is empty',
    env: { EMPTY: '' },
    files: withValue("${env('EMPTY')}"),
    problems: [['8:10 unresolved-expression', /EMPTY is empty/]],
  },
  {
    title: '.env is not read for a file that extends another, and the complaint says so',
    files: {
      's.yaml': `extend: base.yaml\nresources:\n  fn:\n    component: fc3\n    props: { x: "\${env('A')}" }\n`,
      'base.yaml': 'edition: 3.0.0\n',
      '.env': 'A=1\n',
    },
    problems: [
      [
        '5:18 unresolved-expression',
        /A is not set/,
        'set it: Serverless Devs does not read .env for a file that extends another',
      ],
    ],
  },
  {
    title: 'file() of a file that is not there',
    files: withValue("${file('./nope.txt')}"),
    problems: [['8:10 unresolved-expression', /nope\.txt.*ENOENT/]],
  },
  {
    title: 'json() of what is no JSON',
    files: { ...withValue("${json(file('./x.json'))}"), 'x.json': '{' },
    problems: [['8:10 unresolved-expression', /json\(\) cannot read it/]],
  },
  {
    title: 'path() of what does not exist',
    files: withValue("${path('./nope')}"),
    problems: [['8:10 unresolved-expression', /nope does not exist/]],
  },
  {
    title: 'what exists only after a deployment',
    files: {
      's.yaml': `${HEAD}resources:\n  fn:\n    component: fc3\n    props: { url: '\${resources.other.output.url}', id: '\${resources.other.info.id}' }\n  other: { component: fc3, props: {} }\n`,
    },
    problems: [
      ['7:20 known-after-deployment', /resources\.other\.output\.url\} is known after a deployment/],
      ['7:57 known-after-deployment', /resources\.other\.info\.id/],
    ],
    vendorAccepts: true,
  },
  {
    title: 'JavaScript',
    files: withValue("${vars.region || 'x'}"),
    problems: [['8:10 not-evaluated', /is JavaScript/]],
  },
  {
    title: 'a misspelt function names the nearest',
    files: withValue("${evn('X', 'y')}"),
    problems: [['8:10 not-evaluated', /evn/, 'did you mean env?']],
  },
  {
    title: 'a secret, which only an account has',
    files: withValue("${secret('x')}"),
    problems: [['8:10 not-evaluated', /secret/]],
  },
  {
    title: 'blanks and brackets, which Serverless Devs does not understand either',
    files: withValue('["${ vars.region }", "${vars.list[0]}"]'),
    problems: [
      ['8:12 not-evaluated', /vars\.region/],
      ['8:32 not-evaluated', /vars\.list/],
    ],
  },
  {
    title: 'a template of the engine itself',
    files: withValue('"<%= 5 %>"'),
    problems: [['8:11 not-evaluated', /code/]],
    vendorAccepts: true,
  },
  {
    title: '${this.props…} whose value holds ${this…} itself',
    files: {
      's.yaml': `${HEAD}resources:\n  fn:\n    component: fc3\n    props:\n      a: "\${this.name}"\n      b: \${this.props.a}\n`,
    },
    problems: [['9:10 unresolved-expression', /this\.name/]],
  },
  {
    title: 'a value that refers to itself',
    files: withValue('{ y: "${this.props}" }'),
    problems: [['8:15 unresolved-expression', /do not end/]],
  },
  {
    title: 'edition 2',
    files: { 's.yaml': 'edition: 1.0.0\nname: app\nservices:\n  a: { component: fc }\n' },
    problems: [['1:10 edition', /1\.x or 2\.x/, 'convert it: s cli fc3 s2tos3']],
    vendorAccepts: true,
  },
  {
    title: 'no edition',
    files: { 's.yaml': 'name: app\nresources: {}\n' },
    problems: [['1:1 edition', /edition must be 3\.0\.0, got nothing/, 'edition: 3.0.0']],
    vendorAccepts: true,
  },
  {
    title: 'extend together with an environment',
    envName: 'x',
    files: { 's.yaml': `${HEAD}extend: base.yaml\n`, 'base.yaml': 'edition: 3.0.0\n' },
    problems: [['4:9 extend', /no environments/]],
  },
  {
    title: 'extend of a file that is not there',
    files: { 's.yaml': `${HEAD}extend: nope.yaml\n` },
    problems: [['4:9 extend', /nope\.yaml" cannot be read/]],
    vendorAccepts: true,
  },
  {
    title: 'extend of two files',
    files: { 's.yaml': `${HEAD}extend: [a.yaml, b.yaml]\n` },
    problems: [['4:9 extend', /one file/]],
    vendorAccepts: true,
  },
  {
    title: 'a template that is not there',
    files: {
      's.yaml': `${HEAD}template: { base: {} }\nresources:\n  fn: { component: fc3, extend: { name: bsae }, props: {} }\n`,
    },
    problems: [['6:41 extend', /no template "bsae"/]],
    vendorAccepts: true,
  },
  {
    title: 'an environment that is not there names the nearest',
    envName: 'tseting',
    files: { ...withValue('1'), 'env.yaml': 'environments:\n  - name: testing\n  - name: prod\n' },
    problems: [['2:3 environment', /there is testing, prod/, '--env-name testing']],
    vendorAccepts: true,
  },
  {
    title: 'an environment without env.yaml',
    envName: 'testing',
    files: withValue('1'),
    problems: [['1:1 environment', /env\.yaml cannot be read/]],
    vendorAccepts: true,
  },
  {
    title: 'a resource that is no map',
    files: { 's.yaml': `${HEAD}resources:\n  fn: fc3\n` },
    problems: [['5:7 resource-shape', /the resource fn must be a map/]],
    vendorAccepts: true,
  },
  {
    title: 'a key that is given twice',
    files: { 's.yaml': `${HEAD}name: again\n` },
    problems: [['4:1 yaml-syntax', /"name" is given twice/]],
  },
  {
    title: 'a list that is not closed',
    files: { 's.yaml': `${HEAD}resources: [\n` },
    problems: [['5:1 yaml-syntax', /./]],
  },
  {
    title: 'an alias without an anchor',
    files: withValue('*nope'),
    problems: [['8:10 yaml-syntax', /no anchor "nope"/]],
  },
  {
    title: 'two documents',
    files: { 's.yaml': `${HEAD}---\nname: b\n` },
    problems: [['4:1 yaml-syntax', /one document/]],
  },
  {
    title: 'an empty file',
    files: { 's.yaml': '# nothing\n' },
    problems: [['1:1 yaml-syntax', /empty/]],
    vendorAccepts: true,
  },
  {
    title: 'a list',
    files: { 's.yaml': '- a\n' },
    problems: [['1:1 yaml-syntax', /must hold a map/]],
    vendorAccepts: true,
  },
  {
    title: 'T22: code in a tag, !!js/function',
    files: withValue('!!js/function "function () {}"'),
    problems: [['8:10 yaml-syntax', /tag/]],
  },
  {
    title: 'T22: code in a tag, !!python/object',
    files: withValue('!!python/object/apply:os.system [id]'),
    problems: [['8:10 yaml-syntax', /tag/]],
  },
  {
    title: 'T22: a tag that YAML knows and the file has no use for',
    files: withValue('!!binary aGk='),
    problems: [['8:19 yaml-syntax', /binary/]],
    vendorAccepts: true,
  },
  {
    title: 'T22: __proto__ as a key',
    files: withValue('{ __proto__: { polluted: true } }'),
    problems: [['8:12 yaml-syntax', /__proto__/]],
    vendorAccepts: true,
  },
  {
    title: 'T22: __proto__ through <<',
    files: withValue('{ <<: { __proto__: { polluted: true } } }'),
    problems: [['8:18 yaml-syntax', /__proto__/]],
    vendorAccepts: true,
  },
  {
    title: 'T22: a billion laughs',
    files: { 's.yaml': `l0: &l0 ha\n${laughs}\n` },
    problems: [['2:45 yaml-syntax', /aliases make too many values/]],
    vendorAccepts: true,
  },
  {
    title: 'T22: a billion laughs by references',
    files: {
      's.yaml': `edition: 3.0.0\nvars:\n  l0: [ha]\n${Array.from({ length: 9 }, (_, at) => `  l${at + 1}: [${Array(9).fill(`'\${vars.l${at}}'`).join(', ')}]`).join('\n')}\nresources: { fn: { component: fc3, props: { x: "\${vars.l9}" } } }\n`,
    },
    problems: [['3:8 unresolved-expression', /they multiply/]],
    vendorAccepts: true,
  },
  {
    title: 'T22: a nest of 100 levels is the deepest',
    files: { 's.yaml': nest(101) },
    problems: [['4:112 yaml-syntax', /nested deeper than 100/]],
    vendorAccepts: true,
  },
  {
    title: 'T22: a nest of 100,000 levels',
    files: { 's.yaml': nest(100_000) },
    problems: [['4:112 yaml-syntax', /nested deeper than 100/]],
    vendorAccepts: true,
  },
  {
    title: 'T22: a nest by indentation',
    files: { 's.yaml': Array.from({ length: 300 }, (_, at) => `${' '.repeat(at)}a:`).join('\n') },
    problems: [['101:102 yaml-syntax', /nested deeper than 100/]],
    vendorAccepts: true,
  },
];
