// A page of a dialog ends with a line that stays in sight, over what scrolls below it. How high that is depends on its
// words: no `scroll-padding` knows it.

const MARGIN_PX = 8;

/** What gets the focus is in sight as a whole. Given to the page as its `ref`. */
export function uncovering(page: HTMLElement | null): (() => void) | undefined {
  if (!page) return undefined;
  // The browser has its own idea of where to scroll to, first.
  const look = () => requestAnimationFrame(() => uncover(page));
  page.addEventListener("focusin", look);
  // A phone's keyboard comes up after the focus.
  const room = new ResizeObserver(look);
  room.observe(page);
  return () => {
    page.removeEventListener("focusin", look);
    room.disconnect();
  };
}

function uncover(page: HTMLElement): void {
  const foot = page.querySelector<HTMLElement>(":scope > .form > .dialog-foot:last-child");
  const focused = document.activeElement;
  if (!focused || !page.contains(focused) || foot?.contains(focused)) return;
  // Under a pointer nothing moves away while it is pressed.
  if (!focused.matches(":focus-visible")) return;
  // Of a choice the control itself is not seen.
  const { top, bottom } = (focused.closest(".choice") ?? focused).getBoundingClientRect();
  const view = page.getBoundingClientRect();
  const floor = foot ? Math.min(foot.getBoundingClientRect().top, view.bottom) : view.bottom;
  const below = bottom + MARGIN_PX - floor;
  const above = view.top + MARGIN_PX - top;
  // Of what is higher than there is room, its beginning.
  if (below > 0 && -above > 0) page.scrollTop += Math.min(below, -above);
  else if (above > 0) page.scrollTop -= above;
}
