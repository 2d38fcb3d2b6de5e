// Where the person is, in the address: `#/c/<channel>` and `#/c/<channel>/<message>`.

import { useSyncExternalStore } from "react";
import { newNonce } from "../../lib/ids";
import { type Letter, letterOf } from "../auth/letters";
import { keepsDialog } from "./keeping";
import { Layers } from "./layers";
import type { Panel } from "./view";

export interface Route {
  channel: string | null;
  message: string | null;
}

export function parseRoute(hash: string): Route {
  const match = /^#\/c\/([^/]+)(?:\/([^/]+))?$/.exec(hash);
  const decode = (part: string | undefined) => (part === undefined ? null : safeDecode(part));
  return { channel: decode(match?.[1]), message: decode(match?.[2]) };
}

function safeDecode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

export function routeTo(channel: string | null, message?: string): string {
  if (!channel) return "#/";
  return `#/c/${encodeURIComponent(channel)}${message ? `/${encodeURIComponent(message)}` : ""}`;
}

export function go(channel: string | null, message?: string, options: { replace?: boolean } = {}): void {
  const hash = routeTo(channel, message);
  layers.settled(() => {
    if (location.hash === hash) return;
    if (channel !== parseRoute(location.hash).channel) leave(channel);
    if (!options.replace && !layers.spent) {
      location.hash = hash;
      return;
    }
    history.replaceState(null, "", hash);
    dispatchEvent(new HashChangeEvent("hashchange"));
  });
}

/** Closed first, a dialog gives its step of the history to where one is led. */
function leave(channel: string | null): void {
  const { dialog } = layers.get();
  if (dialog && !keepsDialog(dialog, channel)) layers.change({ dialog: null });
}

/** What lies over the place. */
export const layers = new Layers({
  state: () => history.state as unknown,
  push: (state) => history.pushState(state, ""),
  replace: (state) => history.replaceState(state, ""),
  back: () => history.back(),
  channel: () => parseRoute(location.hash).channel,
  stays: staysWith,
  keeps: keepsDialog,
  later: (work) => void setTimeout(work, 0),
  name: newNonce,
});

/** A thread or pins belong to one conversation; on a small screen any panel would cover the next one. */
function staysWith(panel: Panel, channel: string | null): boolean {
  if (panel.kind === "thread") return panel.channel === channel;
  const wide = matchMedia("(min-width: 1200px)").matches;
  return wide && ["members", "search", "saved", "scheduled"].includes(panel.kind);
}

/** Leads to a message, once more also when the address names it already: the one way for all that point at one. */
export function visit(channel: string, message: string | null): void {
  // Nothing is to lie over what one is led to, of the same conversation either.
  leave(null);
  if (location.hash !== routeTo(channel, message ?? undefined)) go(channel, message ?? undefined);
  else if (message) dispatchEvent(new CustomEvent("loggia:jump", { detail: { channel, message } }));
}

/** One is no longer at the message that the address names: a reload, or coming back, is not to lead there. */
export function unname(channel: string): void {
  const route = parseRoute(location.hash);
  if (route.channel === channel && route.message) go(channel, undefined, { replace: true });
}

const subscribe = (listener: () => void) => {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
};

let last: { hash: string; route: Route } = { hash: "", route: { channel: null, message: null } };

function current(): Route {
  if (location.hash !== last.hash) last = { hash: location.hash, route: parseRoute(location.hash) };
  return last.route;
}

/** What a letter's link asks for, whoever is signed in. */
let lastLetter: { hash: string; letter: Letter | null } = { hash: "", letter: null };

function currentLetter(): Letter | null {
  if (location.hash !== lastLetter.hash) {
    lastLetter = { hash: location.hash, letter: letterOf(location.hash) };
  }
  return lastLetter.letter;
}

export const useLetter = (): Letter | null => useSyncExternalStore(subscribe, currentLetter);

export const useRoute = (): Route => useSyncExternalStore(subscribe, current);
