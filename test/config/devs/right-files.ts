/** A project that Serverless Devs accepts. */
export interface RightFile {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly envName?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** One function `fn` with these props, which stand at the sixth column. */
const withProps = (props: string, head = ''): string =>
  `edition: 3.0.0\nname: app\naccess: default\n${head}resources:\n  fn:\n    component: fc3\n    props:\n${indented(props, 6)}`;

export const RIGHT_FILES: readonly RightFile[] = [
  {
    title: 'a plain function',
    files: {
      's.yaml': withProps(
        'functionName: hello\nregion: cn-hangzhou\nruntime: custom.debian12\ncode: ./code\nsessionAffinity: GENERATED_COOKIE',
      ),
    },
  },
  {
    title: 'vars of every type, alone and in text',
    files: {
      's.yaml': withProps(
        'n: ${vars.n}\nnn: ${vars.n}${vars.n}\ntext: x${vars.n}y\nblank: " ${vars.n}"\nb: ${vars.b}\nbt: x${vars.b}\nzero: ${vars.z}\nempty: ${vars.e}\nobject: ${vars.o}\nin-text: x${vars.o.q}\nindex: ${vars.o.q.1}\ndashed: ${vars.my-var}',
        "vars:\n  n: 5\n  b: false\n  z: 0\n  e: ''\n  my-var: dash\n  o: { p: 1, q: [1, 2] }\n",
      ),
    },
  },
  {
    title: 'vars that refer to vars',
    files: {
      's.yaml': withProps(
        'a: ${vars.a}\nb: x ${vars.d}',
        'vars:\n  a: ${vars.b}\n  b: ${vars.c}\n  c: end\n  d: ${vars.a}\n',
      ),
    },
  },
  {
    title: 'a result that holds ${…} is replaced once more, and keys never',
    files: {
      's.yaml': withProps(
        "multi: ${vars.multi}\n'${vars.c}': 1\nlist: ['${vars.c}', 2, { x: '${vars.c}' }]",
        'vars:\n  c: end\n  multi: |\n    a\n    ${vars.c}\n',
      ),
    },
  },
  {
    title: 'env(), with and without a default, and quotes',
    env: { FOO: 'foo', EMPTY: '' },
    files: {
      's.yaml': withProps(
        `a: \${env('FOO')}\nb: \${env("FOO")}\nc: \${env('NOPE', 'd')}\nd: \${env('EMPTY', 'e')}\ne: \${env('NOPE', 5)}\nf: \${env('NOPE', true)}\ng: \${env('NOPE', '')}\nh: \${env('NOPE', vars.n)}\ni: \${env(FOO)}\nj: "a \${env('FOO')} b"`,
        'vars: { n: 7 }\n',
      ),
    },
  },
  {
    title: '.env with expansion, in the project and in the folder of code; the environment wins',
    env: { HOST: 'host', TAKEN: 'from the environment' },
    files: {
      's.yaml': withProps(
        "code: ./code\na: ${env('A')}\nb: ${env('B')}\nc: ${env('C')}\nd: ${env('D')}\ne: ${env('E')}\nf: ${env('F')}\ntaken: ${env('TAKEN')}\nboth: ${env('BOTH')}\nmany: ${env('MANY')}\nescaped: ${env('ESCAPED')}\nsingle: ${env('SINGLE')}",
      ),
      '.env':
        'A=one # comment\nB="two $A"\nexport C=\'${A} three\'\nD=${HOST}-${NONE:-fallback}\nE: colon\nTAKEN=from the file\nBOTH=project\nMANY="line 1\nline 2"\nESCAPED=\\$A\nSINGLE=`back $B`\nno variable\n',
      'code/.env': 'F=code\nBOTH=code\n',
    },
  },
  {
    title: 'file(), json(), yaml(), path(), str() and base64()',
    files: {
      's.yaml': withProps(
        `text: \${file('./x.txt')}\nin: "a \${file('x.txt')} b"\njson: \${json(file('./x.json'))}\nmember: \${json(file('./x.json')).a.b}\nyaml: \${yaml(file('./x.yaml'))}\nitem: \${yaml(file('./x.yaml')).b[1]}\npath: \${path('./x.json')}\nstr: \${str('vars.n')}\nstr2: \${str(vars.n)}\nstr3: \${str('abc')}\nb64: \${base64('hi')}`,
        'vars: { n: 5, s: text }\n',
      ),
      'x.txt': 'hello ${vars.s}\n',
      'x.json': '{"a":{"b":1},"c":"${vars.s}"}',
      'x.yaml': 'a: 1\nb: [1, 2]\n',
    },
  },
  {
    title: '${this…} and ${that…}',
    files: {
      's.yaml': withProps(
        'functionName: ${this.name}-x\nname: ${that.name}\naccess: ${this.access}\ncomponent: ${this.component}\nregion: cn-hangzhou\nother: ${this.props.region}',
      ),
    },
  },
  {
    title: 'the props of other resources, before and after',
    files: {
      's.yaml': `${withProps('v: 7\nname: ${this.name}\nlater: ${resources.my-fn.props.v}\nall: ${resources.my-fn.props}')}\n  my-fn:\n    component: fc3\n    props:\n      v: 8\n      component: \${resources.fn.component}\n  last:\n    component: fc3\n    props: { before: '\${resources.fn.props.name}', all: '\${resources.fn.props}' }\n`,
    },
  },
  {
    title: 'text that is like ${…} and is none',
    files: {
      's.yaml': withProps(
        `dollar: $\${vars.n}\nopen: "a \${ b"\nbrace: "{{vars.n}}"\nquotes: "a\\"b 'x' <b>&amp;\${vars.n}"\nback: 'a\`b\\c \${vars.n}'\nshell: "$HOME $5"\nlines: "one\\ntwo \${vars.n}"`,
        'vars: { n: 5 }\n',
      ),
    },
  },
  {
    title: 'null is absent',
    files: { 's.yaml': withProps('a: null\nb: ~\nc:\nd: { e: null, f: 1 }\ng: []\nh: {}') },
  },
  {
    title: 'the numbers and texts of YAML',
    files: {
      's.yaml': withProps(
        'a: 1_000\nb: 0o17\nc: 017\nd: 0x1f\ne: 0b11\nf: 1e3\ng: 3.10\nh: yes\ni: on\nj: 0.1.2\nk: "5"\nl: -1\nm: +1.5\nn: True\no: >-\n  folded\n  text\np: |\n  kept\n  text\nq: 12:30\nr: .5',
      ),
    },
  },
  {
    title: 'anchors, aliases and <<',
    files: {
      's.yaml': withProps(
        'a: &a { x: 1, y: { z: 1 } }\nb: *a\nc:\n  <<: *a\n  x: 2\nd:\n  <<: [{ p: 1 }, { p: 2, q: 3 }]',
      ),
    },
  },
  {
    title: 'a template',
    files: {
      's.yaml':
        'edition: 3.0.0\nname: app\nvars: { t: 10 }\ntemplate:\n  base:\n    timeout: ${vars.t}\n    memorySize: 512\n    environmentVariables: { A: "1", B: "2" }\n    layers: [one, two]\nresources:\n  fn:\n    component: fc3\n    extend: { name: base, ignore: [memorySize, environmentVariables.B] }\n    props:\n      functionName: fn\n      environmentVariables: { C: "3" }\n      layers: [three]\n  other:\n    component: fc3\n    extend: { name: base, ignore: [] }\n    props: { timeout: null }\n',
    },
  },
  {
    title: 'extend at the top',
    files: {
      's.yaml':
        'edition: 3.0.0\nextend: ./base/s.base.yaml\nvars: { region: cn-beijing }\nresources:\n  fn:\n    props:\n      timeout: 20\n      region: ${vars.region}\n      layers: [own]\n      environmentVariables: { B: own }\n',
      'base/s.base.yaml':
        "edition: 3.0.0\nname: base\nvars: { region: cn-hangzhou, size: 512 }\nresources:\n  fn:\n    component: fc3\n    props:\n      functionName: ${this.name}-${vars.region}\n      timeout: 3\n      memorySize: ${vars.size}\n      layers: [base, more]\n      environmentVariables: { A: base, B: base }\n      text: ${file('./x.txt')}\n  only-base:\n    component: fc3\n    props: { functionName: only, region: '${vars.region}' }\n",
      'base/x.txt': 'in the folder of the base',
    },
  },
  {
    title: 'extend at the top, with a template of the base',
    files: {
      's.yaml':
        'extend: s.base.yaml\nresources:\n  fn:\n    component: fc3\n    extend: { name: small }\n    props: { functionName: fn }\n',
      's.base.yaml': 'edition: 3.0.0\nname: base\ntemplate: { small: { memorySize: 128, cpu: 0.1 } }\n',
    },
  },
  {
    title: 'an environment lays its overlays over the props',
    envName: 'testing',
    files: {
      's.yaml': `${withProps('functionName: fn\ntimeout: 3\nregion: cn-hangzhou\nenvironmentVariables: { A: "1" }')}\n  other:\n    component: fc3\n    props: { functionName: other, timeout: 4 }\n`,
      'env.yaml':
        'environments:\n  - name: prod\n    overlays: { components: { fc3: { timeout: 99 } } }\n  - name: testing\n    region: cn-shanghai\n    overlays:\n      components:\n        fc3: { timeout: 10, memorySize: 256, environmentVariables: { B: "${that.name}-${project}" } }\n      resources:\n        fn: { timeout: 20 }\n',
    },
  },
  {
    title: 'an environment in another file, with a region of its stack',
    envName: 'testing',
    files: {
      's.yaml': withProps('functionName: fn\nregion: cn-hangzhou', 'env: ./envs/all.yaml\n'),
      'envs/all.yaml':
        'environments:\n  - name: testing\n    infraStack: { region: cn-shanghai }\n    overlays: { resources: { fn: { memorySize: 128 } } }\n',
    },
  },
  {
    title: 'without --env-name no environment is used',
    files: {
      's.yaml': withProps('functionName: fn\ntimeout: 3'),
      'env.yaml':
        'environments:\n  - name: testing\n    overlays: { components: { fc3: { timeout: 10 } } }\n',
    },
  },
  {
    title: 'a component with a version, one with an owner, and others, which are passed over',
    files: {
      's.yaml':
        'edition: 3.0.0\nname: app\nresources:\n  a: { component: fc3@0.1.2, props: { functionName: a } }\n  b: { component: devsapp/fc3, props: { functionName: b } }\n  domain:\n    component: fc3-domain\n    props: { domainName: auto, routeConfig: { routes: [{ functionName: "${resources.a.props.functionName}" }] } }\n  c: { component: "${vars.c}", props: { functionName: c } }\nvars: { c: fc3 }\n',
    },
  },
  {
    title: 'actions and flow are nobody’s business here',
    files: {
      's.yaml': `${withProps('functionName: fn')}\n    actions:\n      pre-deploy:\n        - run: npm install\n          path: ./code\nflow:\n  deploy:\n    - [fn]\n`,
    },
  },
  {
    title: 'a file of JSON',
    files: {
      's.yaml':
        '{"edition": "3.0.0", "name": "app", "resources": {"fn": {"component": "fc3", "props": {"functionName": "fn", "timeout": 5}}}}',
    },
  },
];

function indented(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => `${' '.repeat(columns)}${line}`)
    .join('\n');
}
