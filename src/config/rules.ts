/** A rule about configurations. */
interface RuleInfo {
  /** The document of the rule. */
  readonly source: string;
  /** Whether only the emulator has the rule: the cloud accepts the configuration. */
  readonly isOurs?: true;
}

const HELP = 'https://help.aliyun.com/zh/functioncompute/fc';
const CREATE = `${HELP}/developer-reference/api-fc-2023-03-30-createfunction`;
const TRIGGER = `${HELP}/developer-reference/api-fc-2023-03-30-createtrigger`;
const AFFINITY = `${HELP}/user-guide/session-affinity-general-restriction-and-principle-description`;
const COOKIE = `${HELP}/user-guide/cookie-affinity`;
const HEADER = `${HELP}/user-guide/headerfield-affinity`;
const LIFE = `${HELP}/user-guide/session-lifecycle-management`;
const ISOLATION = `${HELP}/user-guide/session-isolation-configuration`;
const SSE = `${HELP}/user-guide/mcp-sse-affinity`;
const STREAMABLE = `${HELP}/user-guide/mcp-streamable-http-affinity`;
const VARIABLES = `${HELP}/user-guide/environment-variables`;
const RUNTIME = 'https://help.aliyun.com/document_detail/2513503.html';
const FC3 = 'https://github.com/devsapp/fc3/blob/master/src/schema.json';
const DEVS = 'https://docs.serverless-devs.com/user-guide/spec/';
const YAML = 'https://yaml.org/spec/1.2.2/';
const OWN = 'https://www.npmjs.com/package/fc-affinity';

/** The rules by their IDs. An ID never changes its meaning. */
export const RULES = {
  // The file.
  'yaml-syntax': { source: YAML },
  'unresolved-expression': { source: DEVS },
  'not-evaluated': { source: DEVS, isOurs: true },
  'known-after-deployment': { source: DEVS, isOurs: true },
  'left-expression': { source: DEVS },
  'object-in-text': { source: DEVS },
  'unquoted-date': { source: DEVS },
  edition: { source: DEVS },
  extend: { source: DEVS },
  environment: { source: DEVS },
  'resource-shape': { source: DEVS },
  'passed-over': { source: DEVS, isOurs: true },
  'no-function': { source: DEVS, isOurs: true },
  // The function.
  'unknown-key': { source: FC3 },
  'key-case': { source: FC3 },
  'missing-key': { source: FC3 },
  'value-type': { source: CREATE },
  'value-range': { source: CREATE },
  'value-format': { source: CREATE },
  'same-name': { source: CREATE },
  variables: { source: VARIABLES },
  'code-missing': { source: FC3 },
  'code-in-oss': { source: FC3, isOurs: true },
  'no-bootstrap': { source: RUNTIME },
  'container-command': { source: RUNTIME, isOurs: true },
  'runtime-not-emulated': { source: RUNTIME, isOurs: true },
  // Its affinity.
  'affinity-name': { source: AFFINITY },
  'affinity-config-text': { source: AFFINITY },
  'affinity-config-unused': { source: AFFINITY },
  'affinity-key-unused': { source: AFFINITY },
  'affinity-conflict': { source: AFFINITY },
  'concurrency-with-affinity': { source: COOKIE },
  'header-name': { source: HEADER },
  'idle-over-ttl': { source: LIFE },
  'idle-zero': { source: LIFE },
  'reuse-dropped': { source: FC3 },
  'sessions-per-instance': { source: ISOLATION },
  'isolation-affinity': { source: ISOLATION },
  'isolation-cpu': { source: ISOLATION },
  'sse-timeout': { source: SSE },
  'mcp-methods': { source: STREAMABLE },
  'mcp-trigger': { source: STREAMABLE },
  // Its triggers.
  trigger: { source: TRIGGER },
  'trigger-auth': { source: TRIGGER },
  'auth-not-emulated': { source: TRIGGER, isOurs: true },
  // fc-affinity.yaml.
  'own-config': { source: OWN, isOurs: true },
} as const satisfies Record<string, RuleInfo>;

export type Rule = keyof typeof RULES;

/** @returns whether only the emulator has the rule */
export function isOurs(rule: Rule): boolean {
  const info: RuleInfo = RULES[rule];
  return info.isOurs ?? false;
}
