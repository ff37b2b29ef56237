import { readFileSync } from 'node:fs';
import type { FunctionConfig } from '../../model/function.js';
import type { JsonBody } from '../../model/services.js';
import type { Context } from '../context.js';
import { asUsage, UsageError } from '../errors.js';
import { jsonOption } from './json-option.js';
import { text } from './option-kinds.js';
import type { GivenTexts, Values } from './options.js';
import { overridesOf } from './overrides.js';
import { FUNCTION_OPTIONS } from './serve-options.js';
import { checkTogether } from './together.js';

/** The options of `serve` that are for the emulator or for configurations. */
const {
  function: _,
  maxSessionTtl: __,
  codeDir: ___,
  envName: ____,
  noPortShift: _____,
  ...SHAPING
} = FUNCTION_OPTIONS;

/** The options of both `function create` and `function update`. */
export const FUNCTION_BODY = {
  input: text('--input <json>', 'the body of the API, or @file; excludes the other options', {
    flagOnly: true,
  }),
  ...SHAPING,
};

interface Asked {
  readonly functionName: string;
  readonly values: Values<typeof FUNCTION_BODY>;
  readonly given: GivenTexts;
  /** The words after `--`. */
  readonly command: readonly string[] | undefined;
}

/** The server checks the ranges of times. */
const UNBOUNDED = Number.MAX_SAFE_INTEGER;

/**
 * @returns the body of CreateFunction, with the defaults of `serve`
 * @throws UsageError
 */
export async function createBody(asked: Asked, context: Context): Promise<JsonBody> {
  const { functionName, values, given, command } = asked;
  if (values.input !== undefined) return inputBody(asked);
  if (command === undefined)
    throw new UsageError('the command of the handler is needed', {
      fix: `fc-affinity function create ${functionName} -- node app.js, or --input @function.json`,
    });
  const flags = { ...values, function: functionName, maxSessionTtl: UNBOUNDED };
  checkTogether({ ...flags, given }, command);
  const { timeout, affinity, isolation, instanceConcurrency } = values;
  return defined({
    functionName,
    runtime: 'custom.debian12',
    sessionAffinity: affinity,
    sessionAffinityConfig: JSON.stringify({
      affinityHeaderFieldName: values.headerName,
      sseEndpointPath: values.ssePath,
      sessionConcurrencyPerInstance: values.sessionsPerInstance,
      sessionTTLInSeconds: values.ttl,
      sessionIdleTimeoutInSeconds: values.idle,
      disableSessionIdReuse: values.disableSessionIdReuse,
    }),
    instanceIsolationMode: isolation,
    instanceConcurrency,
    timeout,
    environmentVariables: await environmentOf(values, context),
    customRuntimeConfig: { command },
    codeDirectory: context.directory,
    ...emulatorFields(values),
  });
}

/**
 * @returns the body of UpdateFunction with the given values. Other values of the affinity's configuration and of the environment stay.
 * @param config the current configuration
 * @throws UsageError when no option is given
 */
export async function updateBody(asked: Asked, config: FunctionConfig, context: Context): Promise<JsonBody> {
  const { values, given, command } = asked;
  if (values.input !== undefined) return inputBody(asked);
  if (command !== undefined && command.length === 0)
    throw new UsageError('a command is expected after "--"', { fix: 'for example -- node app.js' });
  const environmentVariables = await environmentOf(values, context);
  const { input } = overridesOf(values, { given, environmentVariables });
  const affinity = defined({ ...input.sessionAffinityConfig });
  const { maxSessionTTLInSeconds: _max, sessionAffinityConfig: _config, ...fields } = input;
  const body = defined({
    ...fields,
    environmentVariables:
      Object.keys(environmentVariables).length === 0
        ? undefined
        : { ...config.environmentVariables, ...environmentVariables },
    sessionAffinityConfig:
      Object.keys(affinity).length === 0
        ? undefined
        : JSON.stringify({ ...config.sessionAffinityConfig, ...affinity }),
    ...(command !== undefined && {
      customRuntimeConfig: { ...config.customRuntimeConfig, command, args: [] },
      codeDirectory: context.directory,
    }),
  });
  if (Object.keys(body).length === 0)
    throw new UsageError('no option to change is given', {
      fix: `for example fc-affinity function update ${asked.functionName} --timeout 30`,
    });
  return body;
}

/** The body of `--input`, which excludes the other options. */
function inputBody({ functionName, values: { input = '' }, given, command }: Asked): JsonBody {
  const other = Object.entries(given).find(
    ([key, one]) => key !== 'input' && one !== undefined && key in SHAPING,
  );
  if (command !== undefined || other !== undefined)
    throw new UsageError(
      `--input excludes ${other?.[1]?.name ?? 'a command after "--"'}: give all values in the body`,
    );
  const body = jsonOption('--input', input, (file) => readFileSync(file, 'utf8'));
  if (body.functionName !== undefined && body.functionName !== functionName)
    throw new UsageError(
      `--input is for the function ${JSON.stringify(body.functionName)}, the command line for ${JSON.stringify(functionName)}`,
    );
  return { ...body, functionName };
}

async function environmentOf(
  { env, envFile, envPass }: Values<typeof FUNCTION_BODY>,
  context: Context,
): Promise<Record<string, string>> {
  const { handlerEnvironment } = await import('../../config/handler-environment.js');
  return asUsage(() => handlerEnvironment({ pairs: env, files: envFile, pass: envPass, host: context.env }));
}

function emulatorFields(values: Values<typeof FUNCTION_BODY>): JsonBody {
  return {
    minInstances: values.minInstances,
    maxInstances: values.maxInstances,
    startTimeoutInSeconds: values.startTimeout,
    drainTimeoutInSeconds: values.drainTimeout,
  };
}

function defined(values: JsonBody): JsonBody {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
