// The service worker: the shell when there is no network, notifications' clicks. The page itself always comes from the
// network when that answers, so that a new version is there at the next load and an old index never stays.

import { keptOf } from "./kept";
import { isReminder, pageOf, shownOf } from "./push";
import { outdated, routeOf } from "./routes";

interface WorkerEvent extends Event {
  waitUntil: (promise: Promise<unknown>) => void;
}
interface FetchEvent extends WorkerEvent {
  request: Request;
  respondWith: (answer: Promise<Response>) => void;
}
interface ClickEvent extends WorkerEvent {
  notification: Notification;
}
interface PushEvent extends WorkerEvent {
  data: { text: () => string } | null;
}
interface WindowClient {
  focused: boolean;
  focus: () => Promise<unknown>;
  postMessage: (message: unknown) => void;
}
interface Worker extends EventTarget {
  location: Location;
  skipWaiting: () => Promise<void>;
  registration: ServiceWorkerRegistration;
  clients: {
    claim: () => Promise<void>;
    matchAll: (options: object) => Promise<WindowClient[]>;
    openWindow: (url: string) => Promise<unknown>;
  };
}

/** Filled in by the build: this version's name, and the files without which nothing can be shown. */
declare const __VERSION__: string;
declare const __FILES__: string[];

const PREFIX = "loggia-";
const CACHE = PREFIX + __VERSION__;
const SHELL = "/";
const ICON = "/icons/icon-192.png";
const NETWORK_MS_MAX = 4_000;

const worker = self as unknown as Worker;
const on = <E extends Event>(type: string, listen: (event: E) => void) =>
  worker.addEventListener(type, listen as (event: Event) => void);

on<WorkerEvent>("install", (event) => event.waitUntil(install()));
on<WorkerEvent>("activate", (event) => event.waitUntil(activate()));
on<FetchEvent>("fetch", (event) => {
  const { request } = event;
  const route = routeOf(request, worker.location.origin);
  if (route === "shell") event.respondWith(shell(request));
  else if (route === "asset") event.respondWith(asset(request));
  else if (route === "file") event.respondWith(file(request));
});
on<PushEvent>("push", (event) => event.waitUntil(show(event.data?.text() ?? null)));
on<ClickEvent>("notificationclick", (event) => event.waitUntil(open(event.notification)));

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([SHELL, ...__FILES__].map((url) => new Request(url, { cache: "no-cache" })));
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(outdated(names, CACHE, PREFIX).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

async function shell(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(NETWORK_MS_MAX) });
    // The server answers every address with the page: who refuses it is a proxy.
    if (answer.status < 400) return answer;
    return (await keptOf(caches, CACHE, SHELL)) ?? answer;
  } catch {
    // No network, or none that answers: the shell that is kept.
  }
  return (await keptOf(caches, CACHE, SHELL)) ?? Response.error();
}

/** Their names have their hash: what is kept is right. */
async function asset(request: Request): Promise<Response> {
  const known = await keptOf(caches, CACHE, request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await keep(request, answer.clone());
  return answer;
}

async function file(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request);
    if (answer.ok) await keep(request, answer.clone());
    return answer;
  } catch {
    return (await keptOf(caches, CACHE, request)) ?? Response.error();
  }
}

async function keep(request: Request, answer: Response): Promise<void> {
  try {
    await (await caches.open(CACHE)).put(request, answer);
  } catch {
    // Storage is full or forbidden: then it is fetched again next time.
  }
}

/** Unless the person looks at a page, which tells them itself. */
async function show(payload: string | null): Promise<void> {
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (windows.some(({ focused }) => focused)) return;
  const { title, ...options } = shownOf(payload, navigator.language);
  await worker.registration.showNotification(title, { ...options, icon: ICON });
}

async function open(notification: Notification): Promise<void> {
  notification.close();
  const { channel, message } = (notification.data ?? {}) as { channel?: string; message?: string };
  const [window] = await worker.clients.matchAll({ type: "window" });
  if (!window) {
    await worker.clients.openWindow(pageOf(notification.data));
    return;
  }
  await window.focus();
  const reminder = isReminder(notification.tag);
  if (channel) window.postMessage({ type: "open", channel, message, reminder });
}
