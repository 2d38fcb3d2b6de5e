// Where keys go when what had them is gone.

/** The way back that a menu or a dialog has of its own takes a moment. */
const FRAMES_MIN = 2;
const FRAMES_MAX = 20;

const OPEN = "[role=dialog],[role=alertdialog]";

type Find = () => HTMLElement | null | undefined;

interface Options {
  /** How long it may take until the focus is lost and what is to have it is there. */
  frames?: number;
  /** What had the focus is known to be gone, from a dialog that stays open and has put it somewhere by itself. */
  inDialog?: boolean;
}

/** Focuses what is found, should nothing have the focus. */
export function onceLost(find: Find, { frames = FRAMES_MAX, inDialog = false }: Options = {}): void {
  const start = document.activeElement;
  const look = (frame: number) => {
    const { activeElement: at } = document;
    // Who waits long may have gone elsewhere meanwhile.
    if (frames > FRAMES_MAX && at !== start && at !== document.body) return;
    const lost = inDialog || (at === document.body && !document.querySelector(OPEN));
    const found = lost && frame >= FRAMES_MIN ? find() : null;
    if (found) focus(found);
    else if (frame < frames) requestAnimationFrame(() => look(frame + 1));
  };
  requestAnimationFrame(() => look(1));
}

/** A heading takes the focus only from here. */
function focus(element: HTMLElement): void {
  if (/^H\d$/.test(element.tagName)) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

/** Focuses what is found as soon as it is drawn. */
export function focusSoon(find: Find, frames = 60): void {
  const look = (frame: number) => {
    const found = find();
    if (found) focus(found);
    else if (frame < frames) requestAnimationFrame(() => look(frame + 1));
  };
  look(1);
}

/** Where one writes, unless that would bring up the keyboard of a phone. */
export function writingPlace(within = ".conversation"): HTMLElement | null {
  const writes = matchMedia("(pointer: fine)").matches;
  const box = writes ? document.querySelector<HTMLElement>(`${within} .composer textarea`) : null;
  return box ?? document.getElementById("main");
}

/**
 * Where to go on in a list whose entry, marked by `data-entry`, is about to move or to go: to the entry itself, to its
 * neighbours, or to the heading above.
 */
export function nearEntry(key: string): Find {
  const named = [...document.querySelectorAll<HTMLElement>(`[data-entry="${CSS.escape(key)}"]`)];
  const entry = named.find((each) => each.contains(document.activeElement)) ?? named.at(-1);
  const list = entry?.closest("[role=dialog], .panel, .sidebar, main");
  if (!entry || !list) return () => null;
  const all = () => [...list.querySelectorAll<HTMLElement>("[data-entry]")];
  const entries = all();
  const at = entries.indexOf(entry);
  const order = [...entries.slice(at), ...entries.slice(0, at).reverse()].map(keyOf);
  return () => {
    const now = all();
    for (const each of order) {
      const there = now.find((one) => keyOf(one) === each);
      const control =
        there?.querySelector<HTMLElement>("a") ?? [...(there?.querySelectorAll("button") ?? [])].at(-1);
      if (control) return control;
    }
    return list.querySelector("h2");
  };
}

const keyOf = ({ dataset }: HTMLElement): string | undefined => dataset["entry"];
