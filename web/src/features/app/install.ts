// The app as an app: the service worker, its updates, and the browser's own way to install.

import { useSyncExternalStore } from "react";
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

const LOOK_MS = 60 * 60_000;

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
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    set({ install: event as InstallEvent });
  });
  addEventListener("appinstalled", () => set({ install: null }));
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  if (!serviceWorker || import.meta.env.DEV) return;
  const before = serviceWorker.controller !== null;
  serviceWorker.addEventListener("controllerchange", () => {
    // The first one takes over a page that has its version already.
    if (before) set({ updated: true });
  });
  serviceWorker.addEventListener("message", (event: MessageEvent<Wish>) => {
    const { type, channel, message } = event.data;
    if (type === "open" && channel) visit(channel, message ?? null);
  });
  const register = () => {
    serviceWorker
      .register("/sw.js", { updateViaCache: "none" })
      .then((registration) => setInterval(() => void registration.update().catch(() => undefined), LOOK_MS))
      .catch(() => undefined);
  };
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}
