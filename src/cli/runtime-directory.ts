import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { makePrivateDirectory, whyNotPrivate } from '../system/private-directory.js';

/**
 * The user's private folder for what running programs leave for each other: in `XDG_RUNTIME_DIR`, else in the temporary directory.
 * @returns undefined when it is not there (and not to be made), or is not safely the user's own
 */
export function runtimeDirectory(
  env: Readonly<Record<string, string | undefined>>,
  { make }: { readonly make: boolean },
): string | undefined {
  const uid = process.getuid?.();
  const given = env.XDG_RUNTIME_DIR;
  const folder =
    given !== undefined && isAbsolute(given)
      ? join(given, 'fc-affinity')
      : join(tmpdir(), `fc-affinity-${uid ?? 'user'}`);
  try {
    if (make) makePrivateDirectory(folder);
    return whyNotPrivate(folder, 'everything') === undefined ? folder : undefined;
  } catch {
    return undefined;
  }
}
