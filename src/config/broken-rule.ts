import { INSTANCE_ISOLATION_MODES, SESSION_AFFINITIES } from '../model/function.js';
import type { Issue } from '../model/issue.js';
import { nearest } from '../model/nearest.js';
import type { Rule } from './rules.js';

/** Words that people use in place of the API's words for an affinity. */
const MEANT: Readonly<Record<string, string>> = {
  cookie: 'GENERATED_COOKIE',
  header: 'HEADER_FIELD',
  sse: 'MCP_SSE',
  streamable: 'MCP_STREAMABLE',
};

/** @returns the broken rule of an issue, and the correct value */
export function brokenRule({ path, rule, message }: Issue): { readonly rule: Rule; readonly fix?: string } {
  switch (path) {
    case 'instanceConcurrency':
      if (rule !== 'conflict') break;
      return {
        rule: 'concurrency-with-affinity',
        fix: 'leave instanceConcurrency out: it is fixed with affinity',
      };
    case 'sessionAffinity':
      if (rule === 'conflict') return { rule: 'affinity-conflict' };
      return { rule: 'affinity-name', fix: choiceOf(message, path, SESSION_AFFINITIES) };
    case 'instanceIsolationMode':
      if (rule !== 'conflict')
        return { rule: 'value-format', fix: choiceOf(message, path, INSTANCE_ISOLATION_MODES) };
      if (message.includes('REQUEST_EXCLUSIVE')) return { rule: 'affinity-conflict' };
      return { rule: 'isolation-affinity', fix: 'sessionAffinity: GENERATED_COOKIE, or HEADER_FIELD' };
    case 'sessionAffinityConfig.affinityHeaderFieldName':
      return {
        rule: 'header-name',
        fix:
          rule === 'required'
            ? 'sessionAffinityConfig: { affinityHeaderFieldName: x-session-id }'
            : 'as x-session-id',
      };
    case 'sessionAffinityConfig.sessionIdleTimeoutInSeconds':
      if (!message.includes('must not be greater')) break;
      return { rule: 'idle-over-ttl', fix: 'an idle time of at most the TTL' };
    case 'sessionAffinityConfig.sessionConcurrencyPerInstance':
      if (rule !== 'conflict') break;
      return { rule: 'sessions-per-instance', fix: 'sessionConcurrencyPerInstance: 1, or leave it out' };
    case 'environmentVariables':
      return { rule: 'variables' };
  }
  return { rule: rule === 'range' ? 'value-range' : 'value-format' };
}

function choiceOf(message: string, name: string, choices: readonly string[]): string {
  const [given = ''] = message.split(' ');
  const word = given.toLowerCase();
  const meant = MEANT[word] ?? MEANT[word.split('_')[0] ?? ''] ?? nearest(given, choices);
  return meant === undefined ? `one of ${choices.join(', ')}` : `${name}: ${meant}`;
}
