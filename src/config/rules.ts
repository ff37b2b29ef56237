/** What a rule is about, and which document it comes from. */
interface RuleInfo {
  readonly source: string;
}

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
} as const satisfies Record<string, RuleInfo>;

export type Rule = keyof typeof RULES;
