// The stream of a page, which can be cut and mended.

import type { Page } from "@playwright/test";

export interface Line {
  /** How many streams the page has opened. */
  streams: () => number;
  /** Ends all streams, and each that is opened until the line is mended. */
  cut: () => void;
  mend: () => void;
}

/** From the page's next stream on. */
export async function lineOf(page: Page): Promise<Line> {
  let cut = false;
  const open = new Set<() => void>();
  await page.routeWebSocket(/\/api\/v1\/stream/, (socket) => {
    const close = () => void socket.close({ code: 1012 });
    if (cut) return close();
    socket.connectToServer();
    open.add(close);
  });
  return {
    streams: () => open.size,
    cut: () => {
      cut = true;
      for (const close of open) close();
    },
    mend: () => {
      cut = false;
    },
  };
}
