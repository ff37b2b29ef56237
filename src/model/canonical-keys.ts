/**
 * Reads JSON objects without regard to the letter case of their keys, as Function Compute does (spec §1.1). Of two spellings of one key
 * the last counts; unknown keys are passed over.
 * @param names the keys in their canonical spelling
 * @returns a function that copies an object with these keys and without a prototype, so that no missing key is taken from one; it
 *   returns anything else as it is
 */
export function canonicalKeys(names: readonly string[]): (input: unknown) => unknown {
  const canonical = new Map(names.map((name) => [name.toLowerCase(), name]));
  return (input) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
    const known: Record<string, unknown> = Object.create(null);
    for (const [key, value] of Object.entries(input)) {
      const name = canonical.get(key.toLowerCase());
      if (name !== undefined) known[name] = value;
    }
    return known;
  };
}
