// A scroller that stays where the reader is: at the end it follows, elsewhere the first visible row keeps its place
// when rows are added, removed or grow. The browser's own anchoring is off, because not all browsers have it.

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const END_PX = 48;
const NEAR_PX = 900;

interface Options {
  /** Changes whenever the drawn rows change. */
  rows: unknown;
  /** Whether the end of what is loaded is the end of the conversation. */
  live: boolean;
  /** The row to open at, instead of the end. */
  openAt: string | null;
  onNearStart: () => void;
  onNearEnd: () => void;
}

interface Position {
  stick: boolean;
  anchor: { key: string; top: number } | null;
  goal: string | null;
}

export interface Scroll {
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  atEnd: boolean;
  toEnd: () => void;
  toRow: (key: string) => void;
}

export function useScroll({ rows, live, openAt, onNearStart, onNearEnd }: Options): Scroll {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const position = useRef<Position>({ stick: openAt === null, anchor: null, goal: openAt });
  const [atEnd, setAtEnd] = useState(openAt === null);
  const latest = useRef({ live, onNearStart, onNearEnd });
  useLayoutEffect(() => {
    latest.current = { live, onNearStart, onNearEnd };
  });

  const look = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    const left = box.scrollHeight - box.scrollTop - box.clientHeight;
    const end = latest.current.live && left < END_PX;
    position.current.stick = end;
    position.current.anchor = firstVisible(box);
    setAtEnd(end);
    if (box.scrollTop < NEAR_PX) latest.current.onNearStart();
    if (left < NEAR_PX) latest.current.onNearEnd();
  }, []);

  const settle = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    const { goal, stick, anchor } = position.current;
    const target = goal === null ? null : rowOf(box, goal);
    if (target) {
      position.current.goal = null;
      box.scrollTop +=
        target.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 4;
    } else if (stick && latest.current.live) {
      box.scrollTop = box.scrollHeight;
    } else if (anchor) {
      const row = rowOf(box, anchor.key);
      if (row) box.scrollTop += offset(box, row) - anchor.top;
    }
    look();
  }, [look]);

  useLayoutEffect(settle, [rows, live, settle]);

  useEffect(() => {
    const box = scroller.current;
    const inner = content.current;
    if (!box || !inner) return;
    const observer = new ResizeObserver(settle);
    observer.observe(box);
    observer.observe(inner);
    box.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", look);
    };
  }, [look, settle]);

  const toEnd = useCallback(() => {
    position.current = { stick: true, anchor: null, goal: null };
    settle();
  }, [settle]);

  const toRow = useCallback(
    (key: string) => {
      position.current = { stick: false, anchor: position.current.anchor, goal: key };
      settle();
    },
    [settle],
  );

  return { scroller, content, atEnd, toEnd, toRow };
}

const offset = (box: HTMLElement, row: Element): number =>
  row.getBoundingClientRect().top - box.getBoundingClientRect().top;

function rowOf(box: HTMLElement, key: string): Element | null {
  return box.querySelector(`[data-key="${CSS.escape(key)}"],[data-id="${CSS.escape(key)}"]`);
}

/** Binary search: rows are in order, and there may be hundreds. */
function firstVisible(box: HTMLElement): Position["anchor"] {
  const rows = box.querySelectorAll("[data-key]");
  const top = box.getBoundingClientRect().top;
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row && row.getBoundingClientRect().bottom > top) high = middle;
    else low = middle + 1;
  }
  const row = rows[low];
  const key = row?.getAttribute("data-key");
  return row && key ? { key, top: offset(box, row) } : null;
}
