import { z } from 'zod';
import { ALIAS_BODIES } from './alias-input.js';
import { FUNCTION_BODY } from './function-body.js';
import {
  ADVANCE_BODY,
  CONSOLE_KEY_BODY,
  EVENTS_QUERY,
  FUNCTION_QUERY,
  INSTANCES_QUERY,
  LIST_FUNCTIONS_QUERY,
  LIST_INSTANCES_QUERY,
  LIST_QUERY,
  LIST_SESSIONS_QUERY,
  LIST_SETTINGS_QUERY,
  LIST_VERSIONS_QUERY,
  LOGS_QUERY,
  PUBLISH_VERSION_BODY,
  QUALIFIER_QUERY,
  REQUESTS_QUERY,
  RESUME_SESSION_QUERY,
  WALKTHROUGH_BODY,
} from './queries.js';
import { sessionBodies } from './session-input.js';
import { CONCURRENCY_BODY, DISABLE_BODY, SCALING_BODY } from './settings-input.js';
import { TRIGGER_BODIES } from './trigger-input.js';

interface Read {
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
}

type JsonSchema = Readonly<Record<string, unknown>>;

/** What an operation takes, as JSON Schema of 2020-12. */
export interface OperationInput {
  readonly query: Readonly<Record<string, JsonSchema>>;
  readonly body?: JsonSchema;
}

/**
 * What each operation takes, generated from the schemas that read it.
 * @param maxTTL the longest TTL of a session, in seconds; FC's own limit unless lifted
 */
export function operationInputs(maxTTL?: number): Readonly<Record<string, OperationInput>> {
  return Object.fromEntries(
    Object.entries(schemasOf(maxTTL)).map(([operationId, { query, body }]) => {
      const { properties = {} } = query === undefined ? {} : jsonSchema(query);
      return [operationId, { query: properties, ...(body !== undefined && { body: jsonSchema(body) }) }];
    }),
  );
}

function schemasOf(maxTTL: number | undefined): Readonly<Record<string, Read>> {
  const session = sessionBodies(maxTTL);
  const query = QUALIFIER_QUERY;
  return {
    CreateSession: { query, body: session.create },
    GetSession: { query },
    ListSessions: { query: LIST_SESSIONS_QUERY },
    UpdateSession: { query, body: session.update },
    DeleteSession: { query },
    PauseSession: { query },
    ResumeSession: { query: RESUME_SESSION_QUERY },
    CreateFunction: { body: FUNCTION_BODY },
    GetFunction: { query },
    UpdateFunction: { body: FUNCTION_BODY },
    ListFunctions: { query: LIST_FUNCTIONS_QUERY },
    GetFunctionCode: { query },
    InvokeFunction: { query },
    ListInstances: { query: LIST_INSTANCES_QUERY },
    PutConcurrencyConfig: { body: CONCURRENCY_BODY },
    ListConcurrencyConfigs: { query: LIST_SETTINGS_QUERY },
    PutScalingConfig: { query, body: SCALING_BODY },
    GetScalingConfig: { query },
    DeleteScalingConfig: { query },
    ListScalingConfigs: { query: LIST_SETTINGS_QUERY },
    DisableFunctionInvocation: { body: DISABLE_BODY },
    CreateTrigger: { body: TRIGGER_BODIES.create },
    UpdateTrigger: { body: TRIGGER_BODIES.update },
    ListTriggers: { query: LIST_QUERY },
    PublishFunctionVersion: { body: PUBLISH_VERSION_BODY },
    ListFunctionVersions: { query: LIST_VERSIONS_QUERY },
    CreateAlias: { body: ALIAS_BODIES.create },
    UpdateAlias: { body: ALIAS_BODIES.update },
    ListAliases: { query: LIST_QUERY },
    listServedFunctions: { query: FUNCTION_QUERY },
    listAllInstances: { query: INSTANCES_QUERY },
    readInstanceLog: { query: LOGS_QUERY },
    listRequests: { query: REQUESTS_QUERY },
    createConsoleKey: { body: CONSOLE_KEY_BODY },
    advanceClock: { body: ADVANCE_BODY },
    streamEvents: { query: EVENTS_QUERY },
    showSessionHistory: { query: FUNCTION_QUERY },
    stepWalkthrough: { body: WALKTHROUGH_BODY },
  };
}

/** Leaves out that null counts as absent, and the pattern of a number in a query, which say nothing to a reader. */
function jsonSchema(schema: z.ZodType): { readonly properties?: Readonly<Record<string, JsonSchema>> } {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    override({ zodSchema, jsonSchema: made }) {
      const [value, none] = made.anyOf ?? [];
      if (zodSchema._zod.def.type === 'nullable' && value !== undefined && none?.type === 'null') {
        delete made.anyOf;
        Object.assign(made, value);
      }
      if (made.type === 'integer') delete made.pattern;
    },
  });
  // The border where a generated document becomes a value.
  return json as ReturnType<typeof jsonSchema>;
}
