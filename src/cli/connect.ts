import type { ApiClient } from '../api/create-api-client.js';
import { FcError } from '../model/errors.js';
import { LATEST } from '../model/function.js';
import type { FunctionRef } from '../model/services.js';
import type { Context } from './context.js';
import { DEFAULT_ENDPOINT, runningEmulators } from './discovery.js';
import { UsageError } from './errors.js';
import { SIGNING, signerOf } from './options/access-key.js';
import { text } from './options/option-kinds.js';
import type { GivenTexts } from './options/options.js';

export const CONNECTION = {
  endpoint: text('--endpoint <url>', 'the control API; default: the running emulator, else port 9001'),
  ...SIGNING,
};

export const FUNCTION_REF = {
  function: text('--function <name>', 'the function; may be left out when one is served'),
  qualifier: text('--qualifier <name>', 'a version or alias (default: LATEST)'),
};

interface Found {
  readonly endpoint: string;
  readonly functions?: readonly string[];
}

/** The chosen emulator, by its endpoint or by a function that it serves, and the access key. */
interface Meant {
  readonly endpoint: string | undefined;
  readonly function?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly accessKeySecret?: string | undefined;
}

/** The control plane of an emulator, and the data of its discovery file. */
export interface Connected extends ApiClient {
  /** The names of its functions, if the emulator was found by its discovery file. */
  readonly functionNames?: readonly string[];
}

/**
 * Runs a command against the control plane of the chosen emulator. A refusal gets the words of the command line and a
 * fix.
 * @throws UsageError when several emulators run and none is named
 */
export async function withControl<T>(
  { values, given = {} }: { readonly values: Meant; readonly given?: GivenTexts },
  context: Context,
  use: (control: Connected) => Promise<T>,
): Promise<T> {
  const control = await connect(values, context);
  try {
    return await use(control);
  } catch (error) {
    if (!(error instanceof FcError)) throw error;
    const { explained } = await import('./explained-refusal.js');
    throw await explained(error, { control, given });
  }
}

/** @throws UsageError when several emulators run and none is named */
export async function connect(meant: Meant, context: Context): Promise<Connected> {
  const { endpoint } = meant;
  const found: Found =
    endpoint === undefined ? discover(context, meant.function) : { endpoint: checked(endpoint) };
  const signer = signerOf(meant, context.env);
  const { createApiClient } = await import('../api/create-api-client.js');
  return {
    ...createApiClient({ endpoint: found.endpoint, ...signer }),
    functionNames: found.functions?.length ? found.functions : undefined,
  };
}

/** @returns the time of the emulator's clock in its last answer, in milliseconds since 1970. Ages are relative to it. */
export function emulatorNow(control: Connected, { clock }: Context): number {
  return control.toldTime() ?? clock.now();
}

/** @throws UsageError when several functions are served and none is named */
export async function functionRef(
  control: Connected,
  named: { readonly function: string | undefined; readonly qualifier: string | undefined },
): Promise<FunctionRef> {
  const { qualifier = LATEST } = named;
  if (named.function !== undefined) return { functionName: named.function, qualifier };
  const names =
    control.functionNames ?? (await control.functions.list()).map(({ config }) => config.functionName);
  const [only] = names;
  if (only === undefined) throw new FcError('FunctionNotFound', 'the emulator serves no function');
  if (names.length === 1) return { functionName: only, qualifier };
  throw new UsageError(`${names.length} functions are served: ${names.join(', ')}`, {
    fix: `name one with --function, for example --function ${only}`,
  });
}

function discover({ env }: Context, functionName: string | undefined): Found {
  const running = runningEmulators(env);
  const serving = running.filter(
    ({ functions }) => functionName !== undefined && functions.includes(functionName),
  );
  // The only emulator is chosen even if it does not serve the function, because its refusal lists its functions.
  const candidates = serving.length > 0 ? serving : running;
  const [only] = candidates;
  if (candidates.length <= 1) return only ?? { endpoint: DEFAULT_ENDPOINT };
  const lines = candidates.map(
    ({ endpoint, pid, functions }) => `${endpoint}  pid ${pid}  ${functions.join(', ')}`,
  );
  throw new UsageError([`${candidates.length} emulators are running:`, ...lines].join('\n'), {
    fix: `name one with --endpoint, for example --endpoint ${only?.endpoint}, or with --function and a function that only one serves`,
  });
}

function checked(endpoint: string): string {
  if (/^https?:\/\//.test(endpoint) && URL.canParse(endpoint)) return endpoint;
  throw new UsageError(`an endpoint is a URL that begins with http://, got ${JSON.stringify(endpoint)}`, {
    fix: URL.canParse(`http://${endpoint}`) ? `--endpoint http://${endpoint}` : undefined,
  });
}
