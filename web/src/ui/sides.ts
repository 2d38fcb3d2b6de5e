// Marks a box whose content goes on beyond its edges, so that its style can show it: `data-sides` has "left" and "right".

/** Where there is more to be scrolled to. In writing from right to left the place counts down from 0. */
export function sidesOf(
  { scrollLeft, scrollWidth, clientWidth }: Pick<Element, "scrollLeft" | "scrollWidth" | "clientWidth">,
  rtl: boolean,
): string {
  const max = scrollWidth - clientWidth;
  const at = rtl ? max + scrollLeft : scrollLeft;
  // Zoomed pages have parts of pixels.
  return [at > 1 ? "left" : "", max - at > 1 ? "right" : ""].join(" ").trim();
}

/** For `ref`. */
export function sides(box: HTMLElement | null): (() => void) | undefined {
  if (!box) return undefined;
  const look = () => {
    box.dataset["sides"] = sidesOf(box, getComputedStyle(box).direction === "rtl");
  };
  const observer = new ResizeObserver(look);
  observer.observe(box);
  if (box.firstElementChild) observer.observe(box.firstElementChild);
  box.addEventListener("scroll", look, { passive: true });
  return () => {
    observer.disconnect();
    box.removeEventListener("scroll", look);
  };
}
