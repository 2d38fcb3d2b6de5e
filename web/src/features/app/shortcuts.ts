// Keys that work everywhere: Ctrl/Cmd+K, /, Alt+arrows, Esc.

import { useEffect } from "react";
import { directMessages, joinedChannels } from "../../store/selectors";
import type { Client } from "../client/client";
import { useClient } from "./context";
import { go, parseRoute } from "./route";
import type { View } from "./view";

export function useShortcuts(view: View): void {
  const client = useClient();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing || event.defaultPrevented) return;
      if (
        (event.ctrlKey || event.metaKey) &&
        !event.altKey &&
        !event.shiftKey &&
        event.key.toLowerCase() === "k"
      ) {
        event.preventDefault();
        view.openDialog({ kind: "switcher" });
      } else if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event)) {
        event.preventDefault();
        search(view);
      } else if (event.altKey && !event.ctrlKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
        event.preventDefault();
        step(client, event.key === "ArrowDown" ? 1 : -1, event.shiftKey);
      } else if (
        event.key === "Escape" &&
        !document.querySelector("[role=dialog],[role=alertdialog],[role=menu]")
      ) {
        escape(client, view);
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [client, view]);
}

const TYPED_IN = "input, textarea, select, [contenteditable], [role=dialog], [role=alertdialog], [role=menu]";

const isTyping = (event: KeyboardEvent): boolean =>
  event.target instanceof Element && event.target.closest(TYPED_IN) !== null;

/** Opens the search, or leads back into its box. */
function search(view: View): void {
  if (view.panel?.kind === "search") dispatchEvent(new CustomEvent("loggia:search"));
  else view.setPanel({ kind: "search" });
}

function step(client: Client, by: 1 | -1, unreadOnly: boolean): void {
  const state = client.store.getState();
  const all = [...joinedChannels(state), ...directMessages(state)];
  const at = all.findIndex(({ info }) => info.id === parseRoute(location.hash).channel);
  for (let i = 1; i <= all.length; i += 1) {
    const start = at < 0 && by < 0 ? 0 : at;
    const next = all[(start + by * i + all.length * 2) % all.length];
    if (next && (!unreadOnly || next.info.unread > 0)) return go(next.info.id);
  }
}

function escape(client: Client, view: View): void {
  if (view.panel) return view.setPanel(null);
  const id = parseRoute(location.hash).channel;
  const info = id ? client.store.getState().channels[id]?.info : undefined;
  if (info) {
    void client.actions.markRead(info.id, info.head);
    dispatchEvent(new CustomEvent("loggia:read", { detail: info.id }));
  }
}
