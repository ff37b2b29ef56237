import type { FunctionFlags } from '../../config/function-from-flags.js';
import type { FunctionConfig } from '../../model/function.js';
import type { Context } from '../context.js';
import { asUsage, UsageError } from '../errors.js';

/** What the handler finds in its environment beside the platform's own. */
export interface HandlerEnvironment {
  readonly env: readonly string[];
  readonly envFile: readonly string[];
  readonly envPass: readonly string[];
}

type Said = FunctionFlags & HandlerEnvironment;

/**
 * The function that flags, environment and the command after `--` make.
 * @throws UsageError
 */
export async function servedFunction(
  flags: Said,
  command: readonly string[] | undefined,
  { env, directory }: Context,
): Promise<FunctionConfig> {
  checkTogether(flags, command);
  const [{ functionFromFlags }, { handlerEnvironment }] = await Promise.all([
    import('../../config/function-from-flags.js'),
    import('../../config/handler-environment.js'),
  ]);
  return asUsage(() => {
    const environmentVariables = handlerEnvironment({
      pairs: flags.env,
      files: flags.envFile,
      pass: flags.envPass,
      host: env,
    });
    return functionFromFlags({ flags, command, directory, environmentVariables });
  });
}

/** What the API would say in its own words is said here in those of the command line. */
function checkTogether(flags: Said, command: readonly string[] | undefined): void {
  const { affinity, headerName, ttl, idle, maxSessionTtl, instanceConcurrency, minInstances } = flags;
  if (command !== undefined && command.length === 0)
    throw new UsageError('a command is expected after "--"', { fix: 'as -- node app.js' });
  if (affinity === 'HEADER_FIELD' && headerName === undefined)
    throw new UsageError('--affinity header needs --header-name', { fix: 'as --header-name x-session-id' });
  if (affinity !== 'HEADER_FIELD' && headerName !== undefined)
    throw new UsageError('--header-name is only for --affinity header', { fix: '--affinity header' });
  if (affinity !== 'NONE' && instanceConcurrency !== undefined)
    throw new UsageError('--instance-concurrency is only for --affinity none', {
      fix: 'leave it out: with affinity an instance takes 200 requests at once',
    });
  if (ttl !== undefined && ttl > maxSessionTtl)
    throw new UsageError(`--ttl must be an integer from 1 to ${maxSessionTtl}, got "${ttl}"`, {
      fix: 'lift the limit with --max-session-ttl',
    });
  if (ttl !== undefined && idle !== undefined && idle > ttl)
    throw new UsageError(`--idle must not be greater than --ttl (${ttl} s), got "${idle}"`);
  if (minInstances > flags.maxInstances)
    throw new UsageError(
      `--min-instances must not be greater than --max-instances (${flags.maxInstances}), got "${minInstances}"`,
    );
}
