/** What a rule is about, and which document it comes from. */
interface RuleInfo {
  readonly source: string;
}

const API = 'help.aliyun.com: Function Compute API 2023-03-30, CreateFunction and CreateTrigger';
const FC3 = 'github.com/devsapp/fc3: schema.json';
const RUNTIME = 'help.aliyun.com: Function Compute, custom runtime';
const SPEC = 'docs.serverless-devs.com: Serverless Devs 3.x YAML';

/** The rules by their IDs. An ID never changes its meaning. */
export const RULES = {
  'yaml-syntax': { source: 'yaml.org: YAML 1.2.2' },
  'unresolved-expression': { source: SPEC },
  'not-evaluated': { source: SPEC },
  'known-after-deployment': { source: SPEC },
  edition: { source: SPEC },
  extend: { source: SPEC },
  environment: { source: SPEC },
  'resource-shape': { source: SPEC },
  'passed-over': { source: SPEC },
  'no-function': { source: SPEC },
  'same-name': { source: API },
  'missing-key': { source: FC3 },
  'value-type': { source: API },
  'cloud-refuses': { source: API },
  'code-not-here': { source: FC3 },
  'no-command': { source: RUNTIME },
  'container-command': { source: RUNTIME },
  trigger: { source: API },
  'auth-not-emulated': { source: API },
} as const satisfies Record<string, RuleInfo>;

export type Rule = keyof typeof RULES;
