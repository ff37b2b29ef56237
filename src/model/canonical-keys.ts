/**
 * Reads a JSON object without regard to the letter case of its keys, as Function Compute does (spec §1.1). Of two spellings of one key
 * the last counts; unknown keys are passed over.
 * @param names the keys as they are spelt canonically
 * @returns a copy with these keys and without a prototype, so that no missing key is taken from one; anything but an object as it is
 */
export function withCanonicalKeys(input: unknown, names: readonly string[]): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const canonical = new Map(names.map((name) => [name.toLowerCase(), name]));
  const known: Record<string, unknown> = Object.create(null);
  for (const [key, value] of Object.entries(input)) {
    const name = canonical.get(key.toLowerCase());
    if (name !== undefined) known[name] = value;
  }
  return known;
}
