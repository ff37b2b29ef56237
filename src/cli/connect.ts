import type { ApiClient } from '../api/create-api-client.js';
import { FcError } from '../model/errors.js';
import { LATEST } from '../model/function.js';
import type { FunctionRef } from '../model/services.js';
import type { Context } from './context.js';
import { runningEmulators } from './discovery.js';
import { UsageError } from './errors.js';
import { text } from './options/option-kinds.js';

export const CONNECTION = {
  endpoint: text('--endpoint <url>', 'the control API; default: the emulator that runs, else port 9001'),
};

export const FUNCTION_REF = {
  function: text('--function <name>', 'the function; may be left out when one is served'),
  qualifier: text('--qualifier <name>', 'a version or alias (default: LATEST)'),
};

const DEFAULT_ENDPOINT = 'http://127.0.0.1:9001';

interface Found {
  readonly endpoint: string;
  readonly functions?: readonly string[];
}

/** The control plane of an emulator, and what is known of it beforehand. */
export interface Connected extends ApiClient {
  /** The names of its functions, where the emulator was found by what it leaves for other commands. */
  readonly functionNames?: readonly string[];
}

/** @throws UsageError when several emulators run and none is named */
export async function connect(
  { endpoint }: { readonly endpoint: string | undefined },
  context: Context,
): Promise<Connected> {
  const found: Found = endpoint === undefined ? discover(context) : { endpoint: checked(endpoint) };
  const { createApiClient } = await import('../api/create-api-client.js');
  return {
    ...createApiClient({ endpoint: found.endpoint }),
    functionNames: found.functions?.length ? found.functions : undefined,
  };
}

/** @returns milliseconds since 1970 by the emulator's clock, against which ages are told, as it said in its last answer */
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
    fix: `name one with --function, as --function ${only}`,
  });
}

function discover({ env }: Context): Found {
  const running = runningEmulators(env);
  const [only] = running;
  if (running.length <= 1) return only ?? { endpoint: DEFAULT_ENDPOINT };
  const lines = running.map(
    ({ endpoint, pid, functions }) => `${endpoint}  pid ${pid}  ${functions.join(', ')}`,
  );
  throw new UsageError([`${running.length} emulators are running:`, ...lines].join('\n'), {
    fix: `name one with --endpoint, as --endpoint ${only?.endpoint}`,
  });
}

function checked(endpoint: string): string {
  if (/^https?:\/\//.test(endpoint) && URL.canParse(endpoint)) return endpoint;
  throw new UsageError(`an endpoint is a URL that begins with http://, got ${JSON.stringify(endpoint)}`, {
    fix: URL.canParse(`http://${endpoint}`) ? `--endpoint http://${endpoint}` : undefined,
  });
}
