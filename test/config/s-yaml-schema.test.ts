import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { S_YAML_SCHEMA } from '../../src/schema/s-yaml-schema.js';

const isValid = new Ajv({ strict: false }).compile(S_YAML_SCHEMA);

function valid(props: string, component = 'fc3'): boolean {
  return isValid({ edition: '3.0.0', resources: { fn: { component, props: parse(props) } } });
}

/** What lint accepts without an error, and what it does not, as in lint.test.ts. */
const RIGHT = [
  'functionName: fn',
  'sessionAffinity: GENERATED_COOKIE',
  'sessionAffinity: ${vars.affinity}',
  'sessionAffinityConfig: { sessionTTLInSeconds: "${vars.ttl}", sessionConcurrencyPerInstance: 200 }',
  'sessionAffinity: HEADER_FIELD\nsessionAffinityConfig: { affinityHeaderFieldName: x-session-id }',
  `sessionAffinity: HEADER_FIELD\nsessionAffinityConfig: '{"affinityHeaderFieldName": "x-session-id"}'`,
  'sessionAffinity: GENERATED_COOKIE\ninstanceIsolationMode: SESSION_EXCLUSIVE\ncpu: 2',
  'instanceConcurrency: 200',
];

const WRONG = [
  'sessionAffinity: cookie',
  'sessionAffinity: HEADER_FIELD',
  'sessionAffinity: HEADER_FIELD\nsessionAffinityConfig: {}',
  'sessionAffinity: HEADER_FIELD\nsessionAffinityConfig: { affinityHeaderFieldName: x-fc-abc12 }',
  'sessionAffinity: HEADER_FIELD\nsessionAffinityConfig: { affinityHeaderFieldName: abcd }',
  'sessionAffinityConfig: cookie',
  'sessionAffinityConfig: { sessionTTLInSecond: 5 }',
  'sessionAffinityConfig: { sessionTTLInSeconds: 21601 }',
  'sessionAffinityConfig: { sessionConcurrencyPerInstance: 0 }',
  'sessionAffinityConfig: { sessionIdleTimeoutInSeconds: -1 }',
  'instanceIsolationMode: SESSION',
  'sessionAffinity: GENERATED_COOKIE\ninstanceIsolationMode: SESSION_EXCLUSIVE',
  'sessionAffinity: GENERATED_COOKIE\ninstanceIsolationMode: SESSION_EXCLUSIVE\ncpu: 1',
  'cpu: 2\ninstanceIsolationMode: SESSION_EXCLUSIVE',
];

describe('the JSON Schema of the affinity in s.yaml', () => {
  it.each(RIGHT)('accepts: %s', (props) => expect(valid(props), JSON.stringify(isValid.errors)).toBe(true));
  it.each(WRONG)('refuses: %s', (props) => expect(valid(props)).toBe(false));
  it('leaves other components alone', () => expect(valid('sessionAffinity: x', 'fc3-domain')).toBe(true));
});
