// The app as an app: the service worker, its updates, and the browser's own way to install.

import { useSyncExternalStore } from "react";
import { onLineBack } from "../../api/line";
import { findOutBy } from "../../ui/later";
import { visit } from "./route";

interface InstallEvent extends Event {
  prompt: () => Promise<void>;
  userChoice: Promise<{ outcome: string }>;
}

/** What the worker asks of the page. */
interface Wish {
  type?: string;
  channel?: string;
  message?: string;
}

interface Ways {
  /** A newer version stands ready: a reload brings it. */
  readonly updated: boolean;
  readonly install: InstallEvent | null;
}

/** How seldom a line that is back makes one look for a new version, and over how long those who come back are spread. */
const LOOK_PAUSE_MS = 60_000;
const LOOK_SPREAD_MS = 5_000;
const LOOK_MS = 60 * 60_000;
const ANSWER_MS_MAX = 5_000;
/** The browser may never be idle, and not all say when they are. */
const IDLE_MS_MAX = 10_000;
const IDLE_MS = 2_000;

let ways: Ways = { updated: false, install: null };
const listeners = new Set<() => void>();

function set(change: Partial<Ways>): void {
  ways = { ...ways, ...change };
  for (const listener of listeners) listener();
}

export const useWays = (): Ways =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => ways,
  );

export async function install(): Promise<void> {
  await ways.install?.prompt();
  set({ install: null });
}

export const hideUpdate = (): void => set({ updated: false });

/** Once for the page's life. */
export function startWorker(): void {
  findOutBy(isOutdated);
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    set({ install: event as InstallEvent });
  });
  addEventListener("appinstalled", () => set({ install: null }));
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  if (!serviceWorker || import.meta.env.DEV) return;
  let before = serviceWorker.controller !== null;
  serviceWorker.addEventListener("controllerchange", () => {
    // The first one takes over a page that has its version already.
    if (before) set({ updated: true });
    before = true;
  });
  serviceWorker.addEventListener("message", (event: MessageEvent<Wish>) => {
    const { type, channel, message } = event.data;
    if (type === "open" && channel) visit(channel, message ?? null);
  });
  // What it fetches must not be in the way of what one waits for: it begins once everything is here.
  let looked = 0;
  let registered: Promise<ServiceWorkerRegistration> | null = null;
  const look = () => {
    if (!registered) {
      registered = idle().then(() => serviceWorker.register("/sw.js", { updateViaCache: "none" }));
      registered.then(() => setInterval(look, LOOK_MS)).catch(() => (registered = null));
      return;
    }
    // The server may have been away for an update. All who come back do not ask at the same time, nor a flapping line all the time.
    if (Date.now() - looked < LOOK_PAUSE_MS) return;
    looked = Date.now();
    const update = () => registered?.then((registration) => registration.update()).catch(() => undefined);
    setTimeout(update, Math.random() * LOOK_SPREAD_MS);
  };
  onLineBack(look, new AbortController().signal);
}

const idle = (): Promise<void> =>
  new Promise((done) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => done(), { timeout: IDLE_MS_MAX });
    else setTimeout(done, IDLE_MS);
  });

/** Whether the server has another version than this page. */
async function isOutdated(): Promise<boolean> {
  const entry = document.querySelector<HTMLScriptElement>("script[type=module][src]")?.src;
  if (!entry) return false;
  try {
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    const answer = await fetch("/", { cache: "no-store", signal });
    const page = answer.ok ? await answer.text() : "";
    const other = page.includes('<script type="module"') && !page.includes(new URL(entry).pathname);
    if (other) set({ updated: true });
    return other;
  } catch {
    return false;
  }
}
