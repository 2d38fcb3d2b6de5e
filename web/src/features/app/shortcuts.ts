// Keys that work everywhere: Ctrl/Cmd+K, Ctrl/Cmd+/, Ctrl/Cmd+Shift+M, /, Alt+arrows, F6, Esc, Shift+Esc, and what one writes.

import { useLayoutEffect } from "react";
import { t } from "../../i18n";
import { focusSoon } from "../../lib/focus";
import { commanded, composing, isMac, signOf } from "../../lib/keys";
import type { Client } from "../client/client";
import { hasUnread } from "../../store/selectors";
import { arrangementOf, groups } from "../sidebar/arrangement";
import { useClient } from "./context";
import { pointing, watchPointing } from "./pointing";
import { go, layers, parseRoute } from "./route";
import type { View } from "./view";

export function useShortcuts(view: View): void {
  const client = useClient();
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (composing(event) || event.defaultPrevented) return;
      const wish = controlled(event);
      if (wish) {
        event.preventDefault();
        wish(view);
      } else if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event)) {
        event.preventDefault();
        search(view);
      } else if (event.altKey && !event.ctrlKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
        // What is done in a dialog goes on there.
        if (document.querySelector(OVER)) return;
        event.preventDefault();
        step(client, event.key === "ArrowDown" ? 1 : -1, event.shiftKey);
      } else if (event.altKey && !event.ctrlKey && !event.shiftKey && !isMac() && isSideways(event.key)) {
        // On a Mac these keys move by a word, and Cmd+[ goes back.
        event.preventDefault();
        if (event.key === "ArrowLeft") history.back();
        else history.forward();
      } else if (event.key === "F6" && !event.altKey && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        nextLandmark(event.shiftKey ? -1 : 1);
      } else if (event.key === "F10" && event.shiftKey && isMac()) {
        askMenu();
      } else if (event.key === "Escape" && !document.querySelector(OVER)) {
        if (event.shiftKey) readAll(client);
        else escape(client, view);
      } else if (isText(event) && !isTyping(event)) {
        if (pointing.last || isPlace(event)) writeOn(event);
      }
    };
    const onReadAll = () => readAll(client);
    const stop = watchPointing();
    addEventListener("keydown", onKey);
    addEventListener("loggia:read-all", onReadAll);
    return () => {
      stop();
      removeEventListener("keydown", onKey);
      removeEventListener("loggia:read-all", onReadAll);
    };
  }, [client, view]);
}

/** With Ctrl, or on a Mac Cmd: what is opened from anywhere. */
function controlled(event: KeyboardEvent): ((view: View) => void) | null {
  if (!commanded(event) || event.altKey) return null;
  const key = signOf(event);
  if (event.shiftKey) return key === "m" ? toggleInbox : null;
  if (key === "k") return (view) => view.openDialog({ kind: "switcher" });
  return key === "/" ? (view) => view.openDialog({ kind: "settings", tab: "keyboard" }) : null;
}

/** Opened by a key, it has the keys, and is heard of; closed, it gives them back. */
function toggleInbox(view: View): void {
  if (view.panel?.kind === "inbox") return view.setPanel(null);
  view.setPanel({ kind: "inbox" });
  focusSoon(() =>
    document.querySelector<HTMLElement>(`.panel[aria-label="${CSS.escape(t.inbox.title)}"] h2`),
  );
}

const isSideways = (key: string) => key === "ArrowLeft" || key === "ArrowRight";

/** The parts of the window, and where the focus goes in each. */
const LANDMARKS = [
  { part: ".sidebar", entries: [".nav-row[aria-current]", ".nav-row", "a"] },
  { part: ".timeline", entries: [".timeline-scroll"] },
  { part: ".main .composer-area", entries: ["textarea"] },
  { part: ".panel", entries: ["button"] },
];

function nextLandmark(by: 1 | -1): void {
  const there = LANDMARKS.map(({ part, entries }) => {
    const element = document.querySelector(part);
    const found = entries.map((entry) => element?.querySelector<HTMLElement>(entry));
    return { element, entry: found.find((each) => each) };
  }).filter(({ entry }) => entry?.checkVisibility({ visibilityProperty: true }));
  const at = there.findIndex(({ element }) => element?.contains(document.activeElement));
  const start = at < 0 && by < 0 ? 0 : at;
  there[(start + by + there.length) % there.length]?.entry?.focus();
}

/** As other systems do by themselves. */
function askMenu(): void {
  const { left, bottom } = document.activeElement?.getBoundingClientRect() ?? new DOMRect();
  const at = { clientX: left, clientY: bottom };
  document.activeElement?.dispatchEvent(
    new MouseEvent("contextmenu", { ...at, bubbles: true, cancelable: true }),
  );
}

const OVER = "[role=dialog], [role=alertdialog], [role=menu]";
const TYPED_IN = `input, textarea, select, [contenteditable], ${OVER}`;

const isTyping = (event: KeyboardEvent): boolean =>
  event.target instanceof Element && event.target.closest(TYPED_IN) !== null;

/** A sign, also one that is typed with AltGr, which is both to a browser; or what is going to be pasted. Space scrolls. */
const isText = (event: KeyboardEvent): boolean =>
  (event.ctrlKey === event.altKey && !event.metaKey && event.key !== " " && [...event.key].length === 1) ||
  (commanded(event) && !event.altKey && !event.shiftKey && signOf(event) === "v");

/** Where no key but those that scroll means anything. */
const isPlace = ({ target }: KeyboardEvent): boolean =>
  target instanceof Element && target.matches("body, #main, .timeline-scroll");

/** Whoever clicked somewhere and types goes on writing: the box has the focus before the sign comes. */
function writeOn({ target }: KeyboardEvent): void {
  if (!(target instanceof Element) || document.querySelector(OVER)) return;
  const part = target.closest(".thread") ?? document.querySelector(".conversation");
  const box = part?.querySelector<HTMLElement>(".edit-box textarea, .composer textarea");
  box?.focus({ preventScroll: true });
}

/** Opens the search, or leads back into its box. */
function search(view: View): void {
  if (view.panel?.kind === "search") dispatchEvent(new CustomEvent("loggia:search"));
  else view.setPanel({ kind: "search" });
}

function step(client: Client, by: 1 | -1, unreadOnly: boolean): void {
  const state = client.store.getState();
  const arrangement = arrangementOf(state.me?.id ?? "").get();
  const open = parseRoute(location.hash).channel;
  const all = groups(state, arrangement, open).flatMap(({ rows }) => rows);
  const at = all.findIndex(({ info }) => info.id === open);
  for (let i = 1; i <= all.length; i += 1) {
    const start = at < 0 && by < 0 ? 0 : at;
    const next = all[(start + by * i + all.length * 2) % all.length];
    if (next && (!unreadOnly || next.info.unread > 0)) return go(next.info.id);
  }
}

function escape(client: Client, view: View): void {
  // What lies on top goes first. On a wide screen the drawer is always there.
  if (layers.get().drawer && matchMedia("(max-width: 720px)").matches) return view.setDrawer(false);
  if (view.panel) return view.setPanel(null);
  const id = parseRoute(location.hash).channel;
  const info = id ? client.store.getState().channels[id]?.info : undefined;
  if (info) {
    void client.actions.markRead(info.id, info.head, true);
    dispatchEvent(new CustomEvent("loggia:read", { detail: info.id }));
  }
}

function readAll(client: Client): void {
  const state = client.store.getState();
  for (const { info } of Object.values(state.channels)) {
    if (info.membership === "joined" && hasUnread(state, info.id))
      void client.actions.markRead(info.id, info.head, true);
  }
  const id = parseRoute(location.hash).channel;
  if (id) dispatchEvent(new CustomEvent("loggia:read", { detail: id }));
}
