import type { FunctionFlags } from '../../config/function-from-flags.js';
import { type UnusedOption, unusedMessage, unusedOptions } from '../../config/unused-options.js';
import { UsageError } from '../errors.js';
import { outOfSeconds } from './option-kinds.js';
import type { Given, GivenTexts } from './options.js';

interface TogetherFlags extends FunctionFlags {
  /** The texts of the given values: error messages quote them. */
  readonly given?: GivenTexts;
}

/**
 * Checks options that must fit together, with the names of the command line in the errors.
 * @throws UsageError
 */
export function checkTogether(flags: TogetherFlags, command: readonly string[] | undefined): void {
  const text = (key: string, name: string, value: number): Given =>
    flags.given?.[key] ?? { name, text: String(value) };
  const { affinity, headerName, ssePath, ttl, idle, maxSessionTtl, minInstances } = flags;
  if (command !== undefined && command.length === 0)
    throw new UsageError('a command is expected after "--"', { fix: 'for example -- node app.js' });
  if (affinity === 'HEADER_FIELD' && headerName === undefined)
    throw new UsageError('--affinity header needs --header-name', {
      fix: 'for example --header-name x-session-id',
    });
  const [unused] = unusedOptions(affinity, flags);
  if (unused !== undefined) throw unusedOption(unused);
  if (ssePath !== undefined && !/^\/[!-~]*$/.test(ssePath))
    throw new UsageError(`--sse-path must be a path that begins with "/", got ${JSON.stringify(ssePath)}`);
  if (ttl !== undefined && ttl > maxSessionTtl)
    throw outOfSeconds(
      text('ttl', '--ttl', ttl),
      [1, maxSessionTtl],
      'raise the limit with --max-session-ttl',
    );
  if (idle !== undefined && idle > maxSessionTtl)
    throw outOfSeconds(
      text('idle', '--idle', idle),
      [0, maxSessionTtl],
      'raise the limit with --max-session-ttl',
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

function unusedOption(unused: UnusedOption): UsageError {
  const [name, fix = 'leave it out'] = FLAG_OF[unused.option];
  const message = unusedMessage(unused, name, (words) => `--affinity ${words.join(' and ')}`);
  return new UsageError(message, { fix });
}

const WITH_STREAM = 'leave it out: a session lives as long as its stream';

const FLAG_OF: Readonly<Record<UnusedOption['option'], readonly [name: string, fix?: string]>> = {
  headerName: ['--header-name', '--affinity header'],
  ssePath: ['--sse-path'],
  ttl: ['--ttl', WITH_STREAM],
  idle: ['--idle', WITH_STREAM],
  disableSessionIdReuse: ['--disable-session-id-reuse'],
  instanceConcurrency: [
    '--instance-concurrency',
    'leave it out: with affinity an instance takes 200 requests at once',
  ],
};

function notGreater(given: Given, { name }: Given, most: string): UsageError {
  return new UsageError(
    `${given.name} must not be greater than ${name} (${most}), got ${JSON.stringify(given.text)}`,
  );
}
