import { resolve } from 'node:path';
import { functionFromFlags } from './config/function-from-flags.js';
import { AFFINITY_WORDS, FUNCTION_DEFAULTS, ISOLATION_WORDS } from './config/function-words.js';
import type {
  EmulatorOptions,
  FunctionOptions,
  ServeFunction,
  SeveralFunctionsOptions,
  SingleFunctionOptions,
} from './emulator-options.js';
import { commandWords } from './model/command-words.js';
import { FcError } from './model/errors.js';
import type { SessionAffinityType } from './model/function.js';
import {
  callable,
  duration,
  flag,
  integer,
  isObject,
  list,
  object,
  oneOf,
  readNamed,
  text,
  texts,
  variables,
} from './named-options.js';

const OF = 'startEmulator';

const FUNCTION = {
  command: (name: string, value: unknown) =>
    typeof value === 'string' ? commandWords(value) : texts(name, value),
  functionName: text,
  directory: text,
  affinity: oneOf(AFFINITY_WORDS),
  headerName: text,
  ssePath: text,
  sessionsPerInstance: integer,
  ttl: duration,
  idle: duration,
  disableSessionIdReuse: flag,
  isolation: oneOf(ISOLATION_WORDS),
  timeout: duration,
  startTimeout: duration,
  drainTimeout: duration,
  maxInstances: integer,
  minInstances: integer,
  instanceConcurrency: integer,
  env: variables,
  port: integer,
  customDomain: flag,
} as const satisfies Record<keyof FunctionOptions, unknown>;

const EMULATOR = {
  host: text,
  apiPort: integer,
  allowedHosts: texts,
  maxSessionTTLInSeconds: integer,
  clock: object,
  stateDirectory: text,
  driver: object,
  countSleep: flag,
  hostEnvironment: object,
  portShift: flag,
  onRecord: callable,
  onEvent: callable,
  onLine: callable,
  onNotice: callable,
} as const satisfies Record<keyof Omit<EmulatorOptions, 'functions'>, unknown>;

const SINGLE = { ...FUNCTION, ...EMULATOR };
const SEVERAL = { functions: list, ...EMULATOR };
const WHOLE = { config: object, port: integer, methods: texts, customDomain: flag } as const;

/** The API's name of a value, and the option that gives it. */
const OPTION_OF: Readonly<Record<string, string>> = {
  sessionConcurrencyPerInstance: 'sessionsPerInstance',
  sessionTTLInSeconds: 'ttl',
  sessionIdleTimeoutInSeconds: 'idle',
  affinityHeaderFieldName: 'headerName',
  sseEndpointPath: 'ssePath',
  sessionAffinity: 'affinity',
  instanceIsolationMode: 'isolation',
  startTimeoutInSeconds: 'startTimeout',
  drainTimeoutInSeconds: 'drainTimeout',
  environmentVariables: 'env',
  codeDirectory: 'directory',
};

/**
 * Turns what `startEmulator` takes into the full form.
 * @throws InvalidArgument for an unknown option, a value of a wrong form or out of its range
 */
export function completeOptions(
  input: EmulatorOptions | SeveralFunctionsOptions | SingleFunctionOptions,
): EmulatorOptions {
  const isSeveral = isObject(input) && 'functions' in input && input.functions !== undefined;
  if (isSeveral) readNamed(input, { table: SEVERAL, of: OF });
  else readNamed(input, { table: SINGLE, of: OF, synonyms: OPTION_OF });
  const settings = readNamed(only(input, EMULATOR), { table: EMULATOR, of: OF });
  const functions = isSeveral ? input.functions : [only(input, FUNCTION)];
  return {
    ...settings,
    functions: functions.map((one) => wholeFunction(one, settings.maxSessionTTLInSeconds)),
  };
}

function wholeFunction(input: ServeFunction | FunctionOptions, maxTTL: number | undefined): ServeFunction {
  if (isObject(input) && 'config' in input) {
    readNamed(input, { table: WHOLE, of: 'a function that has a config' });
    return input;
  }
  const said = readNamed(input, { table: FUNCTION, of: OF, synonyms: OPTION_OF });
  const { command, directory = '.', env = {}, port, customDomain, functionName, ...values } = said;
  checkUsed(values);
  const unsaid = {
    headerName: undefined,
    ssePath: undefined,
    sessionsPerInstance: undefined,
    ttl: undefined,
    idle: undefined,
    instanceConcurrency: undefined,
  };
  const flags = { ...unsaid, ...FUNCTION_DEFAULTS, ...values, function: functionName };
  try {
    const config = functionFromFlags({
      flags: { ...flags, maxSessionTtl: maxTTL ?? FUNCTION_DEFAULTS.maxSessionTtl },
      command,
      directory: resolve(directory),
      environmentVariables: env,
    });
    return { config, port, customDomain };
  } catch (error) {
    throw inOptions(error, input);
  }
}

/** @throws InvalidArgument for an option that the affinity has no use for */
function checkUsed(values: {
  readonly affinity?: SessionAffinityType;
  readonly headerName?: string;
  readonly ssePath?: string;
  readonly ttl?: number;
  readonly idle?: number;
  readonly disableSessionIdReuse?: boolean;
}): void {
  const {
    affinity = FUNCTION_DEFAULTS.affinity,
    headerName,
    ssePath,
    ttl,
    idle,
    disableSessionIdReuse,
  } = values;
  const refuse = (message: string): never => {
    throw new FcError('InvalidArgument', message);
  };
  if (headerName !== undefined && affinity !== 'HEADER_FIELD')
    refuse("headerName is only for affinity 'header'");
  if (ssePath !== undefined && affinity !== 'MCP_SSE') refuse("ssePath is only for affinity 'mcp-sse'");
  if (ssePath !== undefined && !/^\/[!-~]*$/.test(ssePath))
    refuse(`ssePath must be a path that begins with "/", got ${JSON.stringify(ssePath)}`);
  if (affinity === 'MCP_SSE' && (ttl !== undefined || idle !== undefined))
    refuse(`${ttl === undefined ? 'idle' : 'ttl'} is not for affinity 'mcp-sse'`);
  if (affinity.startsWith('MCP') && disableSessionIdReuse)
    refuse("disableSessionIdReuse is only for affinity 'cookie' and 'header'");
}

/** A refusal speaks of the API's fields and the command line's flags; the caller wrote options. */
function inOptions(error: unknown, input: FunctionOptions): unknown {
  if (!(error instanceof FcError)) return error;
  const message = error.message
    .replaceAll(/\b[a-z]\w+\b/g, (word) => OPTION_OF[word] ?? word)
    .replaceAll(/--([a-z]+(?:-[a-z]+)*)/g, (_, name: string) =>
      name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    );
  const [name = ''] = /^\w+/.exec(message) ?? [];
  const value: unknown = Object.entries(input).find(([key]) => key === name)?.[1];
  const echoed =
    typeof value === 'string' ? message.replace(/got "[^"]*"$/, `got ${JSON.stringify(value)}`) : message;
  return new FcError(error.code, echoed, { cause: error });
}

/** @returns the options that the table knows */
function only(input: object, table: object): object {
  return Object.fromEntries(Object.entries(input).filter(([key]) => Object.hasOwn(table, key)));
}
