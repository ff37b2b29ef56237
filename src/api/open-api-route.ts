import type { OperationInput } from '../schema/operation-inputs.js';
import { json, type Method, type Operations, type OperationTable } from './operation.js';

/** The name of an operation, and what its reply is. Without a reply it is 204. */
type Described = readonly [operationId: string, reply?: string, mediaType?: string];

const API = '/2023-03-30';
const FUNCTION = `${API}/functions/:functionName`;
const OWN = '/_emulator/v1';
const JSON_TYPE = 'application/json';
const BYTES = 'application/octet-stream';
const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'DELETE'];

/** Every operation of the control plane. Names that begin with a capital are Function Compute's. */
const DESCRIBED: Readonly<Record<string, Described>> = {
  [`POST ${API}/functions`]: ['CreateFunction', 'the Function'],
  [`GET ${API}/functions`]: ['ListFunctions', 'a page of Functions'],
  [`GET ${FUNCTION}`]: ['GetFunction', 'the Function'],
  [`PUT ${FUNCTION}`]: ['UpdateFunction', 'the Function'],
  [`DELETE ${FUNCTION}`]: ['DeleteFunction'],
  [`GET ${FUNCTION}/code`]: ['GetFunctionCode', 'the checksum and URL of the code'],
  [`POST ${FUNCTION}/invocations`]: ['InvokeFunction', 'what the handler answers', BYTES],
  [`POST ${FUNCTION}/invoke/disable`]: ['DisableFunctionInvocation', 'whether it is done'],
  [`POST ${FUNCTION}/invoke/enable`]: ['EnableFunctionInvocation', 'whether it is done'],
  [`GET ${FUNCTION}/instances`]: ['ListInstances', 'the instances'],
  [`PUT ${FUNCTION}/concurrency`]: ['PutConcurrencyConfig', 'the ConcurrencyConfig'],
  [`GET ${FUNCTION}/concurrency`]: ['GetConcurrencyConfig', 'the ConcurrencyConfig'],
  [`DELETE ${FUNCTION}/concurrency`]: ['DeleteConcurrencyConfig'],
  [`GET ${API}/concurrency-configs`]: ['ListConcurrencyConfigs', 'a page of ConcurrencyConfigs'],
  [`PUT ${FUNCTION}/scaling-config`]: ['PutScalingConfig', 'the ScalingConfigStatus'],
  [`GET ${FUNCTION}/scaling-config`]: ['GetScalingConfig', 'the ScalingConfigStatus'],
  [`DELETE ${FUNCTION}/scaling-config`]: ['DeleteScalingConfig'],
  [`GET ${API}/scaling-configs`]: ['ListScalingConfigs', 'a page of ScalingConfigStatuses'],
  [`POST ${FUNCTION}/triggers`]: ['CreateTrigger', 'the Trigger'],
  [`GET ${FUNCTION}/triggers`]: ['ListTriggers', 'a page of Triggers'],
  [`GET ${FUNCTION}/triggers/:triggerName`]: ['GetTrigger', 'the Trigger'],
  [`PUT ${FUNCTION}/triggers/:triggerName`]: ['UpdateTrigger', 'the Trigger'],
  [`DELETE ${FUNCTION}/triggers/:triggerName`]: ['DeleteTrigger'],
  [`POST ${FUNCTION}/versions`]: ['PublishFunctionVersion', 'the Version'],
  [`GET ${FUNCTION}/versions`]: ['ListFunctionVersions', 'a page of Versions'],
  [`DELETE ${FUNCTION}/versions/:versionId`]: ['DeleteFunctionVersion'],
  [`POST ${FUNCTION}/aliases`]: ['CreateAlias', 'the Alias'],
  [`GET ${FUNCTION}/aliases`]: ['ListAliases', 'a page of Aliases'],
  [`GET ${FUNCTION}/aliases/:aliasName`]: ['GetAlias', 'the Alias'],
  [`PUT ${FUNCTION}/aliases/:aliasName`]: ['UpdateAlias', 'the Alias'],
  [`DELETE ${FUNCTION}/aliases/:aliasName`]: ['DeleteAlias'],
  [`POST ${FUNCTION}/sessions`]: ['CreateSession', 'the Session'],
  [`GET ${FUNCTION}/sessions`]: ['ListSessions', 'a page of Sessions'],
  [`GET ${FUNCTION}/sessions/:sessionId`]: ['GetSession', 'the Session'],
  [`PUT ${FUNCTION}/sessions/:sessionId`]: ['UpdateSession', 'the Session'],
  [`DELETE ${FUNCTION}/sessions/:sessionId`]: ['DeleteSession'],
  [`PUT ${FUNCTION}/sessions/:sessionId/pause`]: ['PauseSession', 'the Session'],
  [`PUT ${FUNCTION}/sessions/:sessionId/resume`]: ['ResumeSession', 'the Session'],
  'GET /': ['showAddresses', 'a page for a browser', 'text/html'],
  [`GET ${OWN}/health`]: ['showHealth', 'the state; 503 while the emulator ends'],
  [`GET ${OWN}/openapi.json`]: ['showOpenApi', 'this document'],
  [`GET ${OWN}/functions`]: ['listServedFunctions', 'the functions, with the fields of the emulator'],
  [`GET ${OWN}/instances`]: ['listAllInstances', 'the instances, with the fields of the emulator'],
  [`DELETE ${OWN}/instances/:instanceId`]: ['killInstance'],
  [`GET ${OWN}/instances/:instanceId/logs`]: ['readInstanceLog', 'the lines, with follow=true one a line'],
  [`GET ${OWN}/requests`]: ['listRequests', 'the records of the last requests'],
  [`GET ${OWN}/requests/:requestId`]: ['getRequest', 'the record of the request'],
  [`POST ${OWN}/console/keys`]: ['createConsoleKey', 'the key of the page'],
  [`GET ${OWN}/clock`]: ['showClock', 'the state of the clock'],
  [`POST ${OWN}/clock/advance`]: ['advanceClock', 'the state of the clock'],
  [`POST ${OWN}/clock/freeze`]: ['freezeClock', 'the state of the clock'],
  [`POST ${OWN}/clock/resume`]: ['resumeClock', 'the state of the clock'],
  [`GET ${OWN}/sessions/:sessionId/history`]: ['showSessionHistory', 'the session and its requests'],
  [`GET ${OWN}/doctor`]: ['showDoctor', 'the mistakes with affinity that the last requests show'],
  [`POST ${OWN}/walkthrough`]: ['stepWalkthrough', 'the requests that were sent, each judged'],
  [`DELETE ${OWN}/walkthrough`]: ['endWalkthrough'],
  [`GET ${OWN}/events`]: ['streamEvents', 'every event as it happens', 'text/event-stream'],
};

const ERROR = {
  type: 'object',
  properties: {
    RequestId: { type: 'string' },
    Code: { type: 'string' },
    Message: { type: 'string' },
  },
  required: ['RequestId', 'Code', 'Message'],
};

interface OpenApiOptions {
  /** Of the emulator. */
  readonly version: () => Promise<string>;
  /** Every operation but this one. */
  readonly table: OperationTable;
  readonly maxTTL: number | undefined;
}

/** `GET /_emulator/v1/openapi.json`: the operations of the table, and what they take by the schemas that read it. */
export function openApiRoute({ version, table, maxTTL }: OpenApiOptions): OperationTable {
  const own: OperationTable = {
    [`${OWN}/openapi.json`]: {
      async GET() {
        const { operationInputs } = await import('../schema/index.js');
        const inputs = operationInputs(maxTTL);
        const all = Object.entries({ ...table, ...own });
        return json({
          openapi: '3.1.0',
          info: { title: 'fc-affinity', version: await version() },
          paths: Object.fromEntries(all.map(([path, methods]) => pathItem({ path, methods, inputs }))),
          components: { schemas: { Error: ERROR } },
        });
      },
    },
  };
  return own;
}

function pathItem({
  path,
  methods,
  inputs,
}: {
  readonly path: string;
  readonly methods: Operations;
  readonly inputs: Readonly<Record<string, OperationInput>>;
}): [path: string, item: object] {
  const operations = METHODS.filter((method) => methods[method] !== undefined).map((method) => {
    const [operationId, reply, mediaType] = DESCRIBED[`${method} ${path}`] ?? [`${method} ${path}`];
    const { query = {}, body } = inputs[operationId] ?? {};
    const isRaw = operationId === 'InvokeFunction';
    const requestBody = isRaw ? { [BYTES]: {} } : body && { [JSON_TYPE]: { schema: body } };
    const operation = {
      operationId,
      parameters: [...Object.keys(query).map((name) => ({ name, in: 'query', schema: query[name] }))],
      ...(requestBody !== undefined && { requestBody: { content: requestBody } }),
      responses: {
        ...(reply === undefined
          ? { 204: { description: 'done' } }
          : { 200: { description: reply, content: { [mediaType ?? JSON_TYPE]: {} } } }),
        default: {
          description: 'a refusal',
          content: { [JSON_TYPE]: { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
    };
    return [method.toLowerCase(), operation];
  });
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const parameters = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  return [path.replaceAll(/:(\w+)/g, '{$1}'), { parameters, ...Object.fromEntries(operations) }];
}
