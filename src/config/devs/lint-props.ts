import { dig, type Located, type LocatedMap, locate, type Place, plain, textAt } from '../located.js';
import type { Tell } from '../problem.js';
import type { Rule } from '../rules.js';
import { usersOfField } from '../unused-options.js';
import type { DevsResource } from './content.js';
import { isJson } from './is-json.js';

/** The minimum CPU of a function with session isolation, and the default of `cpu`. */
const ISOLATION_CPU = 2;
const DEFAULT_CPU = 0.35;
/** A function timeout below this is probably a mistake for streams. */
const SHORT_STREAM_IN_SECONDS = 60;
const DATE = /^\d{4}-\d{1,2}-\d{1,2}([Tt \t].*)?$/;

interface Look {
  readonly props: LocatedMap;
  readonly keyAt: Place;
  readonly affinity: string;
  /** The affinity's configuration, also from JSON text; undefined when there is none. */
  readonly config: LocatedMap | undefined;
  readonly warn: (rule: Rule, message: string, at: Place, fix?: string) => void;
  readonly tell: Tell;
}

/** Reports the values that the cloud ignores, the values with a surprising effect, and the values that the API's model does not know. */
export function lintProps({ props, keyAt }: DevsResource, tell: Tell): void {
  const given = dig(props, ['sessionAffinityConfig']);
  const look: Look = {
    props,
    keyAt,
    affinity: textAt(props, ['sessionAffinity']) ?? 'NONE',
    config: affinityConfig(given),
    warn: (rule, message, at, fix) => tell({ rule, level: 'warning', message, at, fix }),
    tell,
  };
  lintAffinityConfig(given, look);
  lintIsolation(look);
  lintMcp(look);
  lintTriggers(look);
  lintValues(props, look);
}

function affinityConfig(given: Located | undefined): LocatedMap | undefined {
  if (given === undefined || given.kind === 'map') return given;
  if (given.kind !== 'scalar' || typeof given.value !== 'string' || given.value.trim() === '')
    return undefined;
  if (!isJson(given.value)) return undefined;
  const parsed = locate(JSON.parse(given.value), given.at);
  return parsed.kind === 'map' ? parsed : undefined;
}

function lintAffinityConfig(given: Located | undefined, { affinity, config, props, warn }: Look): void {
  if (given === undefined) return;
  if (given.kind === 'scalar' && typeof given.value === 'string' && !isJson(given.value))
    warn(
      'affinity-config-text',
      'sessionAffinityConfig is a map, or a text of JSON: the cloud ignores this word, and the affinity becomes NONE',
      given.at,
      'sessionAffinityConfig: { sessionConcurrencyPerInstance: 20 }',
    );
  if (dig(props, ['sessionAffinity']) === undefined && config !== undefined)
    warn(
      'affinity-config-unused',
      'sessionAffinityConfig without sessionAffinity is silently ignored: the affinity is NONE',
      given.at,
      'sessionAffinity: GENERATED_COOKIE',
    );
  if (affinity === 'NONE') return;
  for (const [key, { keyAt, value }] of config?.entries ?? []) {
    const users = usersOfField(key);
    if (users !== undefined && !users.includes(affinity))
      warn(
        'affinity-key-unused',
        `${key} has no meaning with ${affinity}; it is for ${users.join(', ')}`,
        keyAt,
        'leave it out',
      );
    if (key === 'sessionIdleTimeoutInSeconds' && plain(value) === 0)
      warn('idle-zero', 'idle 0: a session ends as soon as no request of it is in flight', value.at);
    if (key === 'disableSessionIdReuse' && given.kind === 'map')
      warn(
        'reuse-dropped',
        'the component fc3 does not know disableSessionIdReuse in a map and may drop it',
        keyAt,
        `sessionAffinityConfig: '${JSON.stringify(plain(given))}'`,
      );
  }
}

function lintIsolation({ props, keyAt, tell }: Look): void {
  const mode = dig(props, ['instanceIsolationMode']);
  if (mode?.kind !== 'scalar' || mode.value !== 'SESSION_EXCLUSIVE') return;
  const cpu = dig(props, ['cpu']);
  const size = cpu?.kind === 'scalar' && typeof cpu.value === 'number' ? cpu.value : DEFAULT_CPU;
  if (size >= ISOLATION_CPU) return;
  const [at, got] = cpu === undefined ? [mode.at, `${size}, the default`] : [cpu.at, `${size}`];
  tell({
    rule: 'isolation-cpu',
    level: 'error',
    message: `session isolation needs at least ${ISOLATION_CPU} vCPU, got ${got}`,
    at: at ?? keyAt,
    fix: `cpu: ${ISOLATION_CPU}`,
  });
}

function lintMcp({ props, keyAt, affinity, warn }: Look): void {
  if (!affinity.startsWith('MCP_')) return;
  const triggers = httpTriggers(props);
  const at = dig(props, ['sessionAffinity'])?.at ?? keyAt;
  if (triggers.length === 0)
    warn('mcp-trigger', `${affinity} is reachable through an HTTP trigger alone, and there is none`, at);
  const needed = affinity === 'MCP_SSE' ? ['GET', 'POST'] : ['GET', 'POST', 'DELETE'];
  for (const trigger of triggers) {
    const methods = dig(trigger, ['triggerConfig', 'methods']);
    const given = methods === undefined ? needed : plain(methods);
    const missing = needed.filter((method) => !(Array.isArray(given) && given.includes(method)));
    if (missing.length > 0)
      warn(
        'mcp-methods',
        `${affinity} needs the methods ${needed.join(', ')}: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} refused`,
        methods?.at ?? trigger.at,
        `methods: [${needed.join(', ')}]`,
      );
  }
  const timeout = dig(props, ['timeout']);
  const seconds = timeout?.kind === 'scalar' && typeof timeout.value === 'number' ? timeout.value : 3;
  if (affinity === 'MCP_SSE' && seconds < SHORT_STREAM_IN_SECONDS)
    warn(
      'sse-timeout',
      `a stream, and its session, is cut at the timeout of the function: after ${seconds} s${timeout === undefined ? ', the default' : ''}`,
      timeout?.at ?? at,
      'timeout: 3600',
    );
}

function lintTriggers({ props, warn }: Look): void {
  for (const trigger of httpTriggers(props)) {
    const config = dig(trigger, ['triggerConfig']);
    if (config?.kind === 'map' && !config.entries.has('authType'))
      warn(
        'trigger-auth',
        'without authType requests must be signed, as with function',
        config.at,
        'authType: anonymous, or function',
      );
  }
}

function lintValues(located: Located, look: Look): void {
  const { warn } = look;
  if (located.kind === 'list') for (const item of located.items) lintValues(item, look);
  if (located.kind === 'map') for (const { value } of located.entries.values()) lintValues(value, look);
  if (located.kind !== 'scalar' || typeof located.value !== 'string') return;
  const { value, at, isPlain } = located;
  if (isPlain && DATE.test(value))
    warn('unquoted-date', 'Serverless Devs reads a date without quotes as an empty map', at, `"${value}"`);
  if (value.includes('[object Object]'))
    warn(
      'object-in-text',
      'a map inside of text becomes "[object Object]"',
      at,
      'make the reference the whole value',
    );
  if (/\$\{[^{}]*\}/.test(value))
    warn(
      'left-expression',
      `${JSON.stringify(value.slice(0, 80))} is left as it is: Serverless Devs replaces twice at most`,
      at,
    );
}

function httpTriggers(props: LocatedMap): readonly Located[] {
  const listed = dig(props, ['triggers']);
  return listed?.kind === 'list'
    ? listed.items.filter((item) => textAt(item, ['triggerType']) === 'http')
    : [];
}
