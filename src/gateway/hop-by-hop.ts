/** Options that name no line to remove. */
const PLAIN_OPTIONS = new Set(['', 'close', 'keep-alive', 'upgrade']);

/**
 * The further hop-by-hop headers that the Connection lines name.
 * @param connection the values of every Connection line
 * @returns names in lower case, or undefined when there are none beside `close`, `keep-alive` and `upgrade`
 */
export function nominatedHeaders(connection: readonly string[]): ReadonlySet<string> | undefined {
  let nominated: Set<string> | undefined;
  for (const value of connection) {
    const options = value.toLowerCase();
    if (PLAIN_OPTIONS.has(options)) continue;
    for (const option of options.split(',')) {
      const name = option.trim();
      if (PLAIN_OPTIONS.has(name)) continue;
      nominated ??= new Set();
      nominated.add(name);
    }
  }
  return nominated;
}

/** @returns the flat lines whose name is not in the set */
export function withoutHeaders(flat: readonly string[], names: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let at = 0; at < flat.length; at += 2) {
    const name = flat[at] ?? '';
    if (!names.has(name.toLowerCase())) kept.push(name, flat[at + 1] ?? '');
  }
  return kept;
}
