// Which rows of a long list are drawn. Pure: heights come in, measured where a row was drawn, guessed where not.

export interface Sized {
  readonly key: string;
  /** How high it is likely to be; rather less than more, so that never too few rows are drawn. */
  readonly guess: number;
}

export interface Span {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** What rows measured, by key. Forgets when the width changes, because then everything is another height. */
export class Heights {
  /** The height of what is visible. */
  viewport = 900;
  private readonly known = new Map<string, number>();
  private width = 0;

  of(row: Sized): number {
    return this.known.get(row.key) ?? row.guess;
  }

  note(key: string, height: number): void {
    this.known.set(key, height);
  }

  resized(width: number, viewport: number): void {
    if (width !== this.width) this.known.clear();
    this.width = width;
    this.viewport = viewport;
  }

  sum(rows: readonly Sized[], from: number, to: number): number {
    let total = 0;
    for (let at = from; at < to; at += 1) {
      const row = rows[at];
      if (row) total += this.of(row);
    }
    return total;
  }
}

/** The row `at`, and those that fill `above` pixels before and `below` pixels after it. */
export function spanAround(
  rows: readonly Sized[],
  heights: Heights,
  at: number,
  { above, below }: { above: number; below: number },
): Span {
  if (rows.length === 0) return { from: 0, to: 0 };
  const middle = Math.max(0, Math.min(rows.length - 1, at));
  let from = middle;
  for (let left = above; from > 0 && left > 0;) {
    from -= 1;
    const row = rows[from];
    if (row) left -= heights.of(row);
  }
  // From its end: of one that is higher than all that is to be drawn, the end may be what is seen.
  let to = middle + 1;
  for (let left = below; to < rows.length && left > 0;) {
    const row = rows[to];
    if (row) left -= heights.of(row);
    to += 1;
  }
  return { from, to };
}

/** The row at `y` pixels below the first one's top. */
export function rowAt(rows: readonly Sized[], heights: Heights, y: number): number {
  let left = y;
  for (const [at, row] of rows.entries()) {
    left -= heights.of(row);
    if (left > 0) continue;
    return at;
  }
  return Math.max(0, rows.length - 1);
}

export type Piece<T> = { readonly row: T } | { readonly gap: number; readonly key: string };

/** The rows of the span, and those that must stay (being edited, pointed at), with gaps of the right height between. */
export function pieces<T extends Sized>(
  rows: readonly T[],
  heights: Heights,
  span: Span,
  stays: (row: T) => boolean,
): Piece<T>[] {
  const list: Piece<T>[] = [];
  let gap = 0;
  const close = (key: string) => {
    list.push({ gap, key });
    gap = 0;
  };
  for (const [at, row] of rows.entries()) {
    if (at === span.from) close("above");
    if (at === span.to) close("within");
    const drawn = (at >= span.from && at < span.to) || stays(row);
    if (!drawn) {
      gap += heights.of(row);
      continue;
    }
    if (gap > 0) close(`before-${row.key}`);
    list.push({ row });
  }
  close("below");
  return list;
}

/** The gaps next to the span, either way, a row that stays beside it or not. One without height stands for nothing. */
export function nearest<T extends { readonly gap: number; readonly key: string }>(
  gaps: readonly T[],
): { above: T | undefined; below: T | undefined } {
  const at = gaps.findIndex(({ key }) => key === "above") + 1;
  return {
    above: gaps.slice(0, at).findLast(({ gap }) => gap > 0),
    below: gaps.slice(at).find(({ gap }) => gap > 0),
  };
}
