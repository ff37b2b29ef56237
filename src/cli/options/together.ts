import type { FunctionFlags } from '../../config/function-from-flags.js';
import { UsageError } from '../errors.js';
import { outOfSeconds } from './option-kinds.js';
import type { Given, GivenTexts } from './options.js';

interface TogetherFlags extends FunctionFlags {
  /** The texts behind the values: complaints echo them. */
  readonly given?: GivenTexts;
}

/**
 * Says in the words of the command line what the API would say in its own.
 * @throws UsageError
 */
export function checkTogether(flags: TogetherFlags, command: readonly string[] | undefined): void {
  const text = (key: string, name: string, value: number): Given =>
    flags.given?.[key] ?? { name, text: String(value) };
  const {
    affinity,
    headerName,
    ssePath,
    disableSessionIdReuse,
    ttl,
    idle,
    maxSessionTtl,
    instanceConcurrency,
    minInstances,
  } = flags;
  if (command !== undefined && command.length === 0)
    throw new UsageError('a command is expected after "--"', { fix: 'as -- node app.js' });
  if (affinity === 'HEADER_FIELD' && headerName === undefined)
    throw new UsageError('--affinity header needs --header-name', { fix: 'as --header-name x-session-id' });
  if (affinity !== 'HEADER_FIELD' && headerName !== undefined)
    throw new UsageError('--header-name is only for --affinity header', { fix: '--affinity header' });
  if (ssePath !== undefined && affinity !== 'MCP_SSE')
    throw new UsageError('--sse-path is only for --affinity mcp-sse', { fix: 'leave it out' });
  if (ssePath !== undefined && !/^\/[!-~]*$/.test(ssePath))
    throw new UsageError(`--sse-path must be a path that begins with "/", got ${JSON.stringify(ssePath)}`);
  if (affinity === 'MCP_SSE' && (ttl !== undefined || idle !== undefined))
    throw new UsageError(`${ttl === undefined ? '--idle' : '--ttl'} is not for --affinity mcp-sse`, {
      fix: 'leave it out: a session lives as long as its stream',
    });
  if (affinity.startsWith('MCP') && disableSessionIdReuse)
    throw new UsageError('--disable-session-id-reuse is only for --affinity cookie and header', {
      fix: 'leave it out',
    });
  if (affinity !== 'NONE' && instanceConcurrency !== undefined)
    throw new UsageError('--instance-concurrency is only for --affinity none', {
      fix: 'leave it out: with affinity an instance takes 200 requests at once',
    });
  if (ttl !== undefined && ttl > maxSessionTtl)
    throw outOfSeconds(
      text('ttl', '--ttl', ttl),
      [1, maxSessionTtl],
      'lift the limit with --max-session-ttl',
    );
  if (idle !== undefined && idle > maxSessionTtl)
    throw outOfSeconds(
      text('idle', '--idle', idle),
      [0, maxSessionTtl],
      'lift the limit with --max-session-ttl',
    );
  if (ttl !== undefined && idle !== undefined && idle > ttl)
    throw notGreater(text('idle', '--idle', idle), text('ttl', '--ttl', ttl), `${ttl} s`);
  if (minInstances > flags.maxInstances)
    throw notGreater(
      text('minInstances', '--min-instances', minInstances),
      text('maxInstances', '--max-instances', flags.maxInstances),
      String(flags.maxInstances),
    );
}

function notGreater(given: Given, { name }: Given, most: string): UsageError {
  return new UsageError(
    `${given.name} must not be greater than ${name} (${most}), got ${JSON.stringify(given.text)}`,
  );
}
