import type { SessionMounts, UpdateSessionInput } from '../../model/session.js';
import { readSmallFile } from '../../system/read-small-file.js';
import { jsonOption } from './json-option.js';
import { duration, text } from './option-kinds.js';

export const SESSION_TERMS = {
  ttl: duration('--ttl <duration>', 'how long it may live, as 6h or 21600', { flagOnly: true }),
  idle: duration('--idle <duration>', 'how long it may go unused; 0: not at all', { flagOnly: true }),
  nasConfig: text('--nas-config <json>', 'JSON, or @file', { flagOnly: true }),
  ossMountConfig: text('--oss-mount-config <json>', 'JSON, or @file', { flagOnly: true }),
  polarFsConfig: text('--polar-fs-config <json>', 'JSON, or @file', { flagOnly: true }),
  juiceFsConfig: text('--juice-fs-config <json>', 'JSON, or @file', { flagOnly: true }),
};

interface TermValues extends Record<(typeof MOUNTS)[number][0], string | undefined> {
  readonly ttl: number | undefined;
  readonly idle: number | undefined;
}

const MOUNTS = [
  ['nasConfig', '--nas-config'],
  ['ossMountConfig', '--oss-mount-config'],
  ['polarFsConfig', '--polar-fs-config'],
  ['juiceFsConfig', '--juice-fs-config'],
] as const;

/**
 * The part that creating and updating have in common. What was not given is not sent; the server checks ranges.
 * @throws UsageError for a mount that is no JSON object
 */
export function sessionTerms(values: TermValues): UpdateSessionInput {
  const { ttl, idle } = values;
  return {
    ...(ttl !== undefined && { sessionTTLInSeconds: ttl }),
    ...(idle !== undefined && { sessionIdleTimeoutInSeconds: idle }),
    ...mounts(values),
  };
}

function mounts(values: TermValues): SessionMounts {
  const given: Record<string, unknown> = {};
  for (const [key, flag] of MOUNTS) {
    const text = values[key];
    if (text !== undefined) given[key] = jsonOption(flag, text, readSmallFile);
  }
  return given;
}
