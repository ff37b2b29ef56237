interface Viewport {
  readonly count: number;
  readonly rowHeight: number;
  readonly scrollTop: number;
  readonly height: number;
}

/** Rows beyond each edge, so that a quick scroll shows no gap. */
const SPARE = 8;

/** @returns the rows to draw, `to` not included, and the heights of what is left out above and below */
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
