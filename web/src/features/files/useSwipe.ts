// A finger that goes sideways leads on. In a page that is zoomed it moves the page, as everywhere.

import { type PointerEvent, useRef, useSyncExternalStore } from "react";

const FAR_PX = 40;

const isZoomed = (): boolean => (visualViewport?.scale ?? 1) > 1.01;

function onZoom(changed: () => void): () => void {
  visualViewport?.addEventListener("resize", changed);
  return () => visualViewport?.removeEventListener("resize", changed);
}

export function useSwipe(step: (by: 1 | -1) => void) {
  const zoomed = useSyncExternalStore(onZoom, isZoomed);
  const began = useRef<{ x: number; y: number } | null>(null);
  return {
    "data-zoomed": zoomed || undefined,
    onPointerDown: ({ pointerType, isPrimary, clientX: x, clientY: y }: PointerEvent) => {
      // A second finger makes it another gesture.
      began.current = pointerType === "touch" && isPrimary && !isZoomed() ? { x, y } : null;
    },
    onPointerUp: ({ clientX, clientY }: PointerEvent) => {
      if (!began.current) return;
      const [x, y] = [clientX - began.current.x, clientY - began.current.y];
      began.current = null;
      if (Math.abs(x) > FAR_PX && Math.abs(x) > 2 * Math.abs(y)) step(x < 0 ? 1 : -1);
    },
    onPointerCancel: () => {
      began.current = null;
    },
  };
}
