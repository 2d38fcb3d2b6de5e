import { describe, expect, it } from "vitest";
import { Heights, nearest, pieces, rowAt, type Sized, spanAround } from "./windowing";

const list = (count: number, guess = 20): Sized[] =>
  Array.from({ length: count }, (_, at) => ({ key: `k${String(at)}`, guess }));
const room = { above: 100, below: 200 };
const nobody = () => false;

/** What the drawing is high altogether: drawn rows by their measure, gaps by theirs. */
function height(rows: Sized[], heights: Heights, from: number, to: number): number {
  return pieces(rows, heights, { from, to }, nobody).reduce(
    (sum, piece) => sum + ("row" in piece ? heights.of(piece.row) : piece.gap),
    0,
  );
}

describe("spanAround", () => {
  it("fills the pixels above and below", () => {
    expect(spanAround(list(100), new Heights(), 50, room)).toEqual({ from: 45, to: 61 });
  });
  it("stops at both ends", () => {
    expect(spanAround(list(100), new Heights(), 2, room)).toEqual({ from: 0, to: 13 });
    expect(spanAround(list(100), new Heights(), 99, room)).toEqual({ from: 94, to: 100 });
    expect(spanAround(list(3), new Heights(), 90, room)).toEqual({ from: 0, to: 3 });
    expect(spanAround([], new Heights(), 0, room)).toEqual({ from: 0, to: 0 });
  });
  it("goes by what was measured, not by guesses", () => {
    const heights = new Heights();
    for (let at = 40; at < 50; at += 1) heights.note(`k${String(at)}`, 100);
    expect(spanAround(list(100), heights, 50, room).from).toBe(49);
  });
  it("goes on below a row that is higher than what is to be drawn", () => {
    const heights = new Heights();
    heights.note("k50", 1_000);
    expect(spanAround(list(100), heights, 50, room)).toEqual({ from: 45, to: 61 });
  });
  it("is of bounded size however long the list is", () => {
    const { from, to } = spanAround(list(100_000), new Heights(), 70_000, { above: 2000, below: 2000 });
    expect(to - from).toBe(201);
  });
});

describe("rowAt", () => {
  it("finds the row at a height, and the last one beyond", () => {
    const heights = new Heights();
    heights.note("k0", 60);
    expect([0, 60, 61, 81, 9_999].map((y) => rowAt(list(10), heights, y))).toEqual([0, 0, 1, 2, 9]);
  });
});

describe("pieces", () => {
  it("gaps and rows are together as high as all rows, wherever the span is", () => {
    const heights = new Heights();
    heights.note("k3", 75);
    heights.note("k30", 5);
    const rows = list(50);
    const all = heights.sum(rows, 0, rows.length);
    for (const [from, to] of [
      [0, 50],
      [0, 10],
      [10, 20],
      [40, 50],
      [0, 0],
    ] as const) {
      expect(height(rows, heights, from, to)).toBe(all);
    }
  });
  it("keeps a row that must stay, in its place", () => {
    const rows = list(30);
    const found = pieces(rows, new Heights(), { from: 20, to: 22 }, (row) => row.key === "k5");
    expect(found.map((piece) => ("row" in piece ? piece.row.key : piece.gap))).toEqual([
      100,
      "k5",
      280,
      "k20",
      "k21",
      0,
      160,
    ]);
  });
  it("each piece has a key of its own", () => {
    const found = pieces(list(30), new Heights(), { from: 10, to: 20 }, (row) => /k(3|7|25)$/.test(row.key));
    const keys = found.map((piece) => ("row" in piece ? piece.row.key : piece.key));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("nearest", () => {
  const keys = (from: number, to: number, stays: string) => {
    const drawn = pieces(list(30), new Heights(), { from, to }, (row) => row.key === stays);
    const { above, below } = nearest(drawn.flatMap((piece) => ("row" in piece ? [] : [piece])));
    return [above?.key, below?.key];
  };
  it("is what the span ends at", () => {
    expect(keys(10, 20, "")).toEqual(["above", "below"]);
    expect(keys(0, 20, "")).toEqual([undefined, "below"]);
    expect(keys(10, 30, "")).toEqual(["above", undefined]);
  });
  it("is the gap before a row that stays, where that one is closer", () => {
    expect(keys(10, 20, "k5")).toEqual(["above", "below"]);
    expect(keys(10, 20, "k9")).toEqual(["before-k9", "below"]);
    expect(keys(10, 20, "k25")).toEqual(["above", "before-k25"]);
  });
});

describe("heights", () => {
  it("hold until the width changes", () => {
    const heights = new Heights();
    heights.resized(400, 800);
    heights.note("k0", 60);
    heights.resized(400, 300);
    expect(heights.of({ key: "k0", guess: 20 })).toBe(60);
    heights.resized(500, 300);
    expect(heights.of({ key: "k0", guess: 20 })).toBe(20);
  });
});
