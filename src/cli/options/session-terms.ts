import type { SessionMounts, UpdateSessionInput } from '../../model/session.js';
import { readSmallFile } from '../../system/read-small-file.js';
import { jsonOption } from './json-option.js';
import { duration, text } from './option-kinds.js';

export const SESSION_TERMS = {
  ttl: duration('--ttl <duration>', 'the life of the session, for example 6h or 21600', { flagOnly: true }),
  idle: duration('--idle <duration>', 'ends the session when unused for so long; 0: at once', {
    flagOnly: true,
  }),
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
 * @returns the terms for both creating and updating, with the given options only. The server checks the ranges.
 * @throws UsageError for a mount that is not a JSON object
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
