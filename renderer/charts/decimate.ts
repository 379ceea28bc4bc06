/** Fewer points than pixels without losing a spike. */

export interface Point {
  readonly x: number;
  /** NaN is a gap in the line. */
  readonly y: number;
}

/** First index whose x is at least `x`; `xs` ascends. */
export function lowerBound(xs: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (xs[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Points of a line for a plot that is `columns` pixels wide: of every column its lowest and highest point, in their
 * order, so that what is drawn has the same silhouette. A column with a value that is not finite keeps one gap.
 * One point beyond each end is kept, so that the line runs on to the border.
 *
 * @param xs ascending
 * @param from, to the visible range of x
 */
export function decimate(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  columns: number,
  from = xs[0] ?? 0,
  to = xs[xs.length - 1] ?? 0,
): Point[] {
  const first = Math.max(0, lowerBound(xs, from) - 1);
  const end = Math.min(xs.length, lowerBound(xs, to) + 2);
  if (end - first <= 2 * columns) return points(xs, ys, first, end);
  const decimated: Point[] = [];
  const span = to - from || 1;
  const columnOf = (i: number) => Math.floor((columns * (xs[i]! - from)) / span);
  for (let i = first; i < end;) {
    const column = columnOf(i);
    let low = -1;
    let high = -1;
    let gap = -1;
    for (; i < end && columnOf(i) === column; i++) {
      const y = ys[i]!;
      if (!Number.isFinite(y)) gap = i;
      else {
        if (low < 0 || y < ys[low]!) low = i;
        if (high < 0 || y > ys[high]!) high = i;
      }
    }
    const kept = [...new Set([low, high, gap])].filter((index) => index >= 0).sort((a, b) => a - b);
    for (const index of kept) decimated.push(...points(xs, ys, index, index + 1));
  }
  return decimated;
}

function points(xs: ArrayLike<number>, ys: ArrayLike<number>, first: number, end: number): Point[] {
  const result: Point[] = [];
  for (let i = first; i < end; i++) {
    const y = ys[i]!;
    result.push({ x: xs[i]!, y: Number.isFinite(y) ? y : Number.NaN });
  }
  return result;
}
