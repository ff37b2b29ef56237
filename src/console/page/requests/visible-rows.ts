interface Viewport {
  readonly count: number;
  readonly rowHeight: number;
  readonly scrollTop: number;
  readonly height: number;
}

/** Extra rows above and below, so that a fast scroll shows no gap. */
const SPARE = 8;

/** @returns the rows to draw, from `from` to before `to`, and the heights of the rows above and below them */
export function visibleRows({ count, rowHeight, scrollTop, height }: Viewport): {
  readonly from: number;
  readonly to: number;
  readonly above: number;
  readonly below: number;
} {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight) - SPARE;
  const from = Math.max(0, Math.min(first, count - 1));
  const to = Math.min(count, first + Math.ceil(height / rowHeight) + 2 * SPARE + 1);
  return {
    from,
    to: Math.max(from, to),
    above: from * rowHeight,
    below: Math.max(0, count - to) * rowHeight,
  };
}
