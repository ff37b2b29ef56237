import { resolve } from 'node:path';
import { functionFromFlags } from './config/function-from-flags.js';
import { AFFINITY_WORDS, FUNCTION_DEFAULTS, ISOLATION_WORDS, OPTION_OF } from './config/function-words.js';
import { unusedMessage, unusedOptions } from './config/unused-options.js';
import type {
  ConfiguredOptions,
  EmulatorOptions,
  FunctionOptions,
  ServeFunction,
  ServeTrigger,
  SeveralFunctionsOptions,
  SingleFunctionOptions,
} from './emulator-options.js';
import { commandWords } from './model/command-words.js';
import { FcError } from './model/errors.js';
import { DEFAULT_TRIGGER } from './model/function.js';
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
  secret,
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
  triggerAuth: oneOf({ anonymous: 'anonymous', function: 'function' } as const),
  customDomain: flag,
} as const satisfies Record<keyof FunctionOptions, unknown>;

const EMULATOR = {
  host: text,
  port: integer,
  https: flag,
  accessKeyId: secret,
  accessKeySecret: secret,
  apiPort: integer,
  allowedHosts: texts,
  maxSessionTTLInSeconds: integer,
  clock: object,
  stateDirectory: text,
  codeDirectories: variables,
  driver: object,
  countSleep: flag,
  hostEnvironment: object,
  portShift: flag,
  inspect: flag,
  watch: flag,
  onRecord: callable,
  onEvent: callable,
  requestEvents: flag,
  onLine: callable,
  onNotice: callable,
} as const satisfies Record<keyof Omit<EmulatorOptions, 'functions'>, unknown>;

const { port: _, ...SETTINGS } = EMULATOR;
const SINGLE = { ...FUNCTION, ...SETTINGS };
const SEVERAL = { functions: list, ...EMULATOR };
const CONFIGURED = { config: text, envName: text, ...EMULATOR };
const WHOLE = { config: object, triggers: list } as const;
const TRIGGER = {
  triggerName: text,
  qualifier: text,
  authType: text,
  methods: texts,
  disableURLInternet: flag,
  port: integer,
  customDomain: flag,
} as const satisfies Record<keyof ServeTrigger, unknown>;

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
  const given = isSeveral ? input.functions : [only(input, FUNCTION)];
  const functions = given.map((one) => wholeFunction(one, settings.maxSessionTTLInSeconds));
  return { ...settings, functions: firstAt(settings.port, functions) };
}

/**
 * Checks what `startEmulator` takes for a configuration.
 * @throws InvalidArgument for an unknown option or a value of a wrong form
 */
export function completeConfigured(input: ConfiguredOptions): ConfiguredOptions {
  const { config = '', ...others } = readNamed(input, { table: CONFIGURED, of: OF });
  return { ...others, config };
}

/** The first trigger of all listens exactly at the port of the emulator, so that a port in use is an error. */
function firstAt(port: number | undefined, functions: readonly ServeFunction[]): readonly ServeFunction[] {
  const at = functions.findIndex(({ triggers }) => triggers?.length !== 0);
  return functions.map((one, index) => {
    const [first = { triggerName: DEFAULT_TRIGGER }, ...others] = one.triggers ?? [];
    return index === at ? { ...one, triggers: [{ ...first, port: first.port ?? port }, ...others] } : one;
  });
}

function wholeFunction(input: ServeFunction | FunctionOptions, maxTTL: number | undefined): ServeFunction {
  if (isObject(input) && 'config' in input) {
    readNamed(input, { table: WHOLE, of: 'a function that has a config' });
    for (const trigger of input.triggers ?? []) readNamed(trigger, { table: TRIGGER, of: 'a trigger' });
    return input;
  }
  const said = readNamed(input, { table: FUNCTION, of: OF, synonyms: OPTION_OF });
  const {
    command,
    directory = '.',
    env = {},
    port,
    triggerAuth,
    customDomain,
    functionName,
    ...values
  } = said;
  const [unused] = unusedOptions(values.affinity ?? FUNCTION_DEFAULTS.affinity, values);
  if (unused !== undefined)
    throw new FcError(
      'InvalidArgument',
      unusedMessage(
        unused,
        unused.option,
        (words) => `affinity ${words.map((word) => `'${word}'`).join(' and ')}`,
      ),
    );
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
    const trigger = { triggerName: DEFAULT_TRIGGER, port, authType: triggerAuth, customDomain };
    return { config, triggers: [trigger] };
  } catch (error) {
    throw inOptions(error, input);
  }
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
