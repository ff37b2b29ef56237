import { INSTANCE_ISOLATION_MODES, SESSION_AFFINITIES } from '../model/function.js';
import { AFFINITY_HEADER, LIMITS } from '../model/limits.js';

/** A text with `${…}` may be anything. */
const EXPRESSION = { type: 'string', pattern: '\\$\\{' };
const orExpression = (schema: object): object => ({ anyOf: [schema, EXPRESSION] });
const range = ([minimum, maximum]: readonly [number, number], description: string): object => ({
  ...orExpression({ type: 'integer', minimum, maximum }),
  description,
});
const choice = (values: readonly string[], description: string): object => ({
  ...orExpression({ enum: values }),
  description,
});

/** Entries, because an object with a key `then` looks like a promise to linters. */
const when = (condition: object, consequence: object): object =>
  Object.fromEntries([
    ['if', condition],
    ['then', consequence],
  ]);
const is = (key: string, value: string): object => ({
  properties: { [key]: { const: value } },
  required: [key],
});

const CONFIG = {
  type: 'object',
  additionalProperties: false,
  properties: {
    sessionConcurrencyPerInstance: range(
      LIMITS.sessionConcurrencyPerInstance,
      'Sessions that an instance takes. Default: 20; 1 with session isolation.',
    ),
    sessionTTLInSeconds: range(LIMITS.sessionTTLInSeconds, 'The life of a session. Default: 21600.'),
    sessionIdleTimeoutInSeconds: range(
      LIMITS.sessionIdleTimeoutInSeconds,
      'Ends a session that is unused for so long; at most the TTL. Default: 1800.',
    ),
    affinityHeaderFieldName: {
      ...orExpression({ type: 'string', pattern: AFFINITY_HEADER.source }),
      description: 'The header that names the session; with HEADER_FIELD.',
    },
    sseEndpointPath: {
      type: 'string',
      description: 'Where the stream is opened; with MCP_SSE. Default: /sse.',
    },
    disableSessionIdReuse: {
      ...orExpression({ type: 'boolean' }),
      description:
        'Refuses the ID of a session that has ended. fc3 may drop it from a map: write the map as a text of JSON.',
    },
  },
};

const PROPS = {
  type: 'object',
  properties: {
    sessionAffinity: choice(
      SESSION_AFFINITIES,
      'How requests of a client reach the same instance. Default: NONE.',
    ),
    sessionAffinityConfig: {
      anyOf: [CONFIG, { type: 'string', pattern: '^\\s*\\{|\\$\\{' }],
      description: 'A map, or a text of JSON. A bare word is ignored, and the affinity becomes NONE.',
    },
    instanceIsolationMode: choice(
      INSTANCE_ISOLATION_MODES,
      'SESSION_EXCLUSIVE: an instance for each session; needs 2 vCPU.',
    ),
    instanceConcurrency: range(LIMITS.instanceConcurrency, 'Fixed at 200 with affinity: leave it out.'),
  },
  allOf: [
    when(is('sessionAffinity', 'HEADER_FIELD'), {
      required: ['sessionAffinityConfig'],
      properties: {
        sessionAffinityConfig: when({ type: 'object' }, { required: ['affinityHeaderFieldName'] }),
      },
    }),
    when(is('instanceIsolationMode', 'SESSION_EXCLUSIVE'), {
      required: ['cpu', 'sessionAffinity'],
      properties: {
        cpu: orExpression({ type: 'number', minimum: 2 }),
        sessionAffinity: { not: { const: 'NONE' } },
      },
    }),
  ],
};

/** The JSON Schema of what `s.yaml` says of session affinity. It leaves everything else alone. */
export const S_YAML_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Session affinity in s.yaml',
  type: 'object',
  properties: {
    resources: {
      type: 'object',
      additionalProperties: when(
        {
          properties: { component: { type: 'string', pattern: '^(devsapp/)?fc3(@.+)?$' } },
          required: ['component'],
        },
        { properties: { props: PROPS } },
      ),
    },
  },
};
