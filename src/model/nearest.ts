/** @returns the candidate that a mistyped word most likely meant, if one is near enough */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  let best: { candidate: string; steps: number } | undefined;
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    const steps = other.startsWith(wanted) && wanted.length >= 3 ? 1 : distance(wanted, other);
    if (
      steps <= Math.max(1, Math.floor(candidate.length * 0.4)) &&
      steps < (best?.steps ?? Number.POSITIVE_INFINITY)
    )
      best = { candidate, steps };
  }
  return best?.candidate;
}

/** Insertions, deletions, replacements and swapped neighbours, each one step. */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const next = [row];
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1];
      const swapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      next[column] = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = last;
    last = next;
  }
  return last[other.length] ?? 0;
}
