import type { InstanceFrom } from '../../verify/target.js';
import { UsageError } from '../errors.js';

/**
 * @param text `header:NAME` or `body:REGEX`
 * @throws UsageError
 */
export function parseInstanceFrom(text: string): InstanceFrom {
  const header = /^header:([!#$%&'*+.^_`|~0-9A-Za-z-]+)$/.exec(text)?.[1];
  if (header !== undefined) return { header };
  const pattern = /^body:(.+)$/s.exec(text)?.[1];
  if (pattern === undefined)
    throw new UsageError(`--instance-from is header:NAME or body:REGEX, got ${JSON.stringify(text)}`);
  try {
    return { body: new RegExp(pattern) };
  } catch (cause) {
    throw new UsageError(
      `--instance-from: ${cause instanceof Error ? cause.message : 'not a regular expression'}`,
      { cause },
    );
  }
}
