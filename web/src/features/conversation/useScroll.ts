// A scroller that draws only the rows near what is visible, and stays where the reader is: at the end it follows,
// elsewhere the first visible row keeps its place when rows are added, removed or grow. The browser's own anchoring
// is off, because not all browsers have it.

import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Place } from "../client/places";
import { Heights, nearest, rowAt, type Sized, type Span, spanAround } from "./windowing";

const END_PX = 48;
const NEAR_PX = 900;
/** Drawn beyond what is visible; when less than half of it is left, other rows are drawn. */
const BEYOND_PX = 1_000;
/** The same at the end, where one follows what is said: rows that are added there by the dozen are soon gone. */
const BEYOND_END_PX = 600;
/** Of the line before what is new. */
const NEW_KEY = "new";
/** How soon a gap that is visible is looked at again, in milliseconds. */
const AGAIN_MS = 100;

export interface ScrollRow extends Sized {
  readonly kind: string;
  /** Another name by which it can be found. */
  readonly id?: string;
}

interface Options {
  /** Changes whenever the drawn rows change. */
  rows: readonly ScrollRow[];
  /** Whether the end of what is loaded is the end of the conversation. */
  live: boolean;
  /** The row to open at, or the place that was left, instead of the end. */
  openAt: string | Place | null;
  onNearStart: () => void;
  onNearEnd: () => void;
}

interface Position {
  stick: boolean;
  /** Where the box was scrolled to when it was looked at last. */
  top: number;
  anchor: { key: string; top: number } | null;
  goal: Goal | typeof END | null;
}

/** A row to lead to, and where it is to be seen; null is where one finds it best. */
interface Goal {
  key: string;
  top: number | null;
  /** Not quite there: the rows end too soon. */
  short?: boolean;
}

/** A goal that is reached once the rows end where the conversation does: what was loaded may not be drawn yet. */
const END = Symbol("end");

export interface Scroll {
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  heights: Heights;
  span: Span;
  atEnd: boolean;
  toEnd: () => void;
  toRow: (key: string) => void;
  /** To the line before what is new, unless that is in sight or further down. */
  toNew: () => void;
  toPlace: (place: Place) => void;
  /** Where one is; null at the end. */
  place: () => Place | null;
  /** Lets a row stay where it is, also when the end was followed: what it opens comes below it. */
  hold: (key: string) => void;
}

export function useScroll({ rows, live, openAt, onNearStart, onNearEnd }: Options): Scroll {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [opening] = useState(() => (typeof openAt === "string" ? { key: openAt, top: null } : openAt));
  const position = useRef<Position>({ stick: openAt === null, top: 0, anchor: null, goal: opening });
  const [atEnd, setAtEnd] = useState(openAt === null);
  const [heights] = useState(() => new Heights());
  // The row around which is drawn; null is the last one. A new object draws anew around the same row.
  const [centre, setCentre] = useState<{ key: string | null }>({ key: opening?.key ?? null });

  const span = useMemo(() => {
    const found = centre.key === null ? -1 : indexOf(rows, centre.key);
    return spanAround(rows, heights, found < 0 ? rows.length - 1 : found, beyondOf(heights, centre.key));
  }, [rows, heights, centre]);

  const later = useLater(AGAIN_MS);
  const latest = useRef({ rows, live, span, onNearStart, onNearEnd });
  useLayoutEffect(() => {
    latest.current = { rows, live, span, onNearStart, onNearEnd };
  });

  const look = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    const { rows: list, live: complete, span: drawn } = latest.current;
    const left = box.scrollHeight - box.scrollTop - box.clientHeight;
    const end = complete && left < END_PX;
    position.current.stick = end;
    position.current.anchor = firstVisible(box, list, heights);
    position.current.top = box.scrollTop;
    setAtEnd(end);
    if (box.scrollTop < NEAR_PX) latest.current.onNearStart();
    if (left < NEAR_PX) latest.current.onNearEnd();
    const { above, below } = covered(box);
    const short = BEYOND_PX / 2;
    if ((drawn.from > 0 && above < short) || (drawn.to < list.length && below < short)) {
      const key = end ? null : (position.current.anchor?.key ?? null);
      setCentre((was) => (was.key === key && !grows(list, heights, key, drawn) ? was : { key }));
    }
    // Should a gap be visible all the same, because rows turned out otherwise than guessed, it is looked at again.
    if (isBare(box)) {
      later(() => {
        if (isBare(box)) setCentre({ key: firstVisible(box, latest.current.rows, heights)?.key ?? null });
      });
    }
  }, [heights, later]);

  const settle = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    heights.resized(box.clientWidth, box.clientHeight);
    measure(box, heights);
    // Rows may change between a scroll and the event that tells of it: what was scrolled stays scrolled.
    const { goal, stick, anchor } = scrolled(position.current, box);
    const target = goal && goal !== END ? rowOf(box, goal.key) : null;
    if (goal === END && latest.current.live) {
      position.current.goal = null;
      box.scrollTop = box.scrollHeight;
    } else if (target && goal && goal !== END) {
      position.current.goal = leadTo(box, target, goal, latest.current.live);
    } else if (stick && latest.current.live) {
      box.scrollTop = box.scrollHeight;
    } else if (anchor) {
      const row = rowOf(box, anchor.key);
      const top = row ? offset(box, row) : reckoned(box, latest.current.rows, heights, anchor.key);
      const by = top === null ? 0 : top - anchor.top;
      if (Math.abs(by) >= 0.5) box.scrollTop += by;
      if (!row && top !== null) {
        // It is among the rows, but not among those that are drawn: to be drawn, and looked at after that.
        position.current = { ...position.current, stick, anchor, top: box.scrollTop };
        setCentre({ key: anchor.key });
        return;
      }
    }
    look();
  }, [look, heights]);

  useLayoutEffect(settle, [rows, live, span, settle]);

  const onScroll = useCallback(() => {
    stopLeading(position.current, scroller.current);
    // What was scrolled here is known. What became larger since then is nobody's scroll: `settle` keeps to the end then.
    if (scroller.current?.scrollTop !== position.current.top) look();
  }, [look]);
  useWatching(scroller, content, onScroll, settle);
  const place = useCallback(() => placeOf(position.current, latest.current.rows), []);

  return {
    scroller,
    content,
    heights,
    span,
    atEnd,
    place,
    ...useLeading(scroller, position, setCentre, settle),
  };
}

/** Scrolls to a row. What is left to do: it may not get where it is to be before more is loaded. */
function leadTo(box: HTMLElement, row: Element, goal: Goal, live: boolean): Goal | null {
  box.scrollTop += offset(box, row) - (goal.top ?? box.clientHeight / 4);
  const off = goal.top === null ? 0 : offset(box, row) - goal.top;
  return Math.abs(off) >= 1 && !live ? { ...goal, short: true } : null;
}

/** Whoever scrolls is not led any further. */
function stopLeading(position: Position, box: HTMLElement | null): void {
  const { goal, top } = position;
  if (goal && goal !== END && goal.short && box?.scrollTop !== top) position.goal = null;
}

function placeOf({ stick, anchor }: Position, rows: readonly ScrollRow[]): Place | null {
  if (stick || !anchor) return null;
  // By its id, which it keeps however it is loaded again.
  return { key: rows.find((row) => row.key === anchor.key)?.id ?? anchor.key, top: anchor.top };
}

/** What brings one elsewhere, or keeps one from it. */
function useLeading(
  scroller: RefObject<HTMLDivElement | null>,
  positionRef: RefObject<Position>,
  setCentre: (centre: { key: string | null }) => void,
  settle: () => void,
): Pick<Scroll, "toEnd" | "toRow" | "toNew" | "toPlace" | "hold"> {
  const toEnd = useCallback(() => {
    positionRef.current = { stick: true, top: scroller.current?.scrollTop ?? 0, anchor: null, goal: END };
    setCentre({ key: null });
    settle();
  }, [scroller, positionRef, setCentre, settle]);

  const lead = useCallback(
    (goal: Goal) => {
      positionRef.current = { ...positionRef.current, stick: false, goal };
      setCentre({ key: goal.key });
      settle();
    },
    [positionRef, setCentre, settle],
  );
  const toRow = useCallback((key: string) => lead({ key, top: null }), [lead]);

  const toNew = useCallback(() => {
    const box = scroller.current;
    const line = box && rowOf(box, NEW_KEY);
    if (!line || offset(box, line) < 0) toRow(NEW_KEY);
  }, [scroller, toRow]);

  const hold = useCallback(
    (key: string) => {
      const box = scroller.current;
      const row = box && rowOf(box, key);
      if (!row) return;
      const anchor = { key, top: offset(box, row) };
      positionRef.current = { stick: false, top: box.scrollTop, anchor, goal: null };
      // At once: what is drawn around the end leaves the row out as soon as more is below it, and its focus is lost.
      setCentre({ key });
    },
    [scroller, positionRef, setCentre],
  );

  return { toEnd, toRow, toNew, toPlace: lead, hold };
}

/** Hears of scrolls, and of sizes that change: the box's and that of what is in it. */
function useWatching(
  scroller: RefObject<HTMLDivElement | null>,
  content: RefObject<HTMLDivElement | null>,
  onScroll: () => void,
  settle: () => void,
): void {
  useEffect(() => {
    const box = scroller.current;
    const inner = content.current;
    if (!box || !inner) return;
    const observer = new ResizeObserver(settle);
    observer.observe(box);
    observer.observe(inner);
    box.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", onScroll);
    };
  }, [scroller, content, onScroll, settle]);
}

/** The position, after a scroll of which no event has told yet. */
function scrolled(known: Position, box: HTMLElement): Position {
  const by = box.scrollTop - known.top;
  if (by === 0) return known;
  const end = box.scrollHeight - box.scrollTop - box.clientHeight < END_PX;
  // Rows that went away above the end scroll it too, and that is nobody's wish.
  if (known.stick && (by > 0 || end)) return known;
  const anchor = known.anchor && { ...known.anchor, top: known.anchor.top - by };
  return { ...known, stick: false, anchor };
}

/** Does something after a while; what is asked for meanwhile is left out. */
function useLater(ms: number): (work: () => void) => void {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  return useCallback(
    (work) => {
      timer.current ??= setTimeout(() => {
        timer.current = null;
        work();
      }, ms);
    },
    [ms],
  );
}

/** Whether a gap can be seen. */
function isBare(box: HTMLElement): boolean {
  const { above, below } = covered(box);
  return above < 0 || below < 0;
}

/** How far is drawn from the row around which is drawn. */
function beyondOf(heights: Heights, key: string | null): { above: number; below: number } {
  const px = heights.viewport + (key === null ? BEYOND_END_PX : BEYOND_PX);
  return { above: px, below: px };
}

const indexOf = (rows: readonly ScrollRow[], key: string): number =>
  rows.findIndex((row) => row.key === key || row.id === key);

/** Whether drawing around `key` anew would draw more: its rows turned out lower than they were guessed. */
function grows(rows: readonly ScrollRow[], heights: Heights, key: string | null, drawn: Span): boolean {
  const at = key === null ? rows.length - 1 : indexOf(rows, key);
  if (at < 0) return false;
  const next = spanAround(rows, heights, at, beyondOf(heights, key));
  return next.from < drawn.from || next.to > drawn.to;
}

const offset = (box: HTMLElement, row: Element): number =>
  row.getBoundingClientRect().top - box.getBoundingClientRect().top;

function rowOf(box: HTMLElement, key: string): Element | null {
  return box.querySelector(`[data-key="${CSS.escape(key)}"],[data-id="${CSS.escape(key)}"]`);
}

/** The drawn stretch around the gaps: how far it goes beyond what is visible, either way. */
function covered(box: HTMLElement): { above: number; below: number } {
  const view = box.getBoundingClientRect();
  const gaps = [...box.querySelectorAll<HTMLElement>("[data-gap]")].map((each) => {
    const { top, bottom, height } = each.getBoundingClientRect();
    return { key: each.dataset["gap"] ?? "", gap: height, top, bottom };
  });
  const { above, below } = nearest(gaps);
  return {
    above: above ? view.top - above.bottom : Infinity,
    below: below ? below.top - view.bottom : Infinity,
  };
}

/** From row to row, so that margins count. */
function measure(box: HTMLElement, heights: Heights): void {
  const pieces = box.querySelectorAll<HTMLElement>("[data-key],[data-day],[data-gap]");
  let before: { key: string; top: number } | null = null;
  for (const piece of pieces) {
    const { top } = piece.getBoundingClientRect();
    if (before) heights.note(before.key, top - before.top);
    const key = piece.dataset["key"] ?? piece.dataset["day"];
    before = key === undefined ? null : { key, top };
  }
}

/** Lines that stand before whatever is the first: when older messages are loaded they go to the start of those. */
const LINES: ReadonlySet<string> = new Set(["day", "new", "blocked"]);

/** Whether a row keeps its neighbours when others are loaded, so that one can hold on to it. */
const holds = (list: readonly ScrollRow[], key: string | null): boolean => {
  const row = list.find((each) => each.key === key);
  return row !== undefined && !LINES.has(row.kind);
};

/** How far below the box's top a row that is not drawn is likely to be; null when there is none. */
function reckoned(
  box: HTMLElement,
  list: readonly ScrollRow[],
  heights: Heights,
  key: string,
): number | null {
  const at = indexOf(list, key);
  const first = box.querySelector("[data-gap]");
  return at < 0 || !first ? null : offset(box, first) + heights.sum(list, 0, at);
}

/** Binary search: rows are in order. Where nothing is drawn, the heights say which row would be there. */
function firstVisible(box: HTMLElement, list: readonly ScrollRow[], heights: Heights): Position["anchor"] {
  const rows = box.querySelectorAll("[data-key]");
  const view = box.getBoundingClientRect();
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row && row.getBoundingClientRect().bottom > view.top) high = middle;
    else low = middle + 1;
  }
  while (low + 1 < rows.length && !holds(list, rows[low]?.getAttribute("data-key") ?? null)) low += 1;
  const row = rows[low];
  const key = row?.getAttribute("data-key");
  if (row && key) {
    const { top, bottom } = row.getBoundingClientRect();
    if (bottom > view.top && top < view.bottom) return { key, top: top - view.top };
  }
  const first = box.querySelector("[data-gap]");
  if (!first || list.length === 0) return row && key ? { key, top: offset(box, row) } : null;
  const start = first.getBoundingClientRect().top;
  const from = rowAt(list, heights, view.top - start);
  const at = list.findIndex((each, index) => index >= from && !LINES.has(each.kind));
  const found = list[at];
  return found ? { key: found.key, top: start + heights.sum(list, 0, at) - view.top } : null;
}
