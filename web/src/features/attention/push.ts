// Being told while no window is open: the browser's subscription, and the server's knowledge of it.

import { delete_push, get_server, set_push } from "../../api/operations";
import { sessionSignal } from "../../api/http";
import { Local } from "../../lib/local";
import { askPermission, permission } from "./permission";
import { attentionSettings } from "./settings";

/** Who switched it on in this browser: whoever signs in next is not told what they did not ask for. */
export const pushOwner = new Local<string | null>("loggia.push", (stored) =>
  typeof stored === "string" ? stored : null,
);

export const pushSupported = (): boolean =>
  permission() !== "unsupported" && "serviceWorker" in navigator && "PushManager" in globalThis;

async function registration(): Promise<ServiceWorkerRegistration | undefined> {
  return pushSupported() ? navigator.serviceWorker.getRegistration() : undefined;
}

/** The server's key, if it pushes and this browser can take it. */
export async function pushKey(): Promise<string | null> {
  if (!(await registration())) return null;
  // Older servers know nothing of it.
  return (await get_server()).push?.vapid_key ?? null;
}

/** True once this device is told; false when the person or the browser did not want it. */
export async function turnPushOn(me: string, key: string): Promise<boolean> {
  const session = sessionSignal();
  if (permission() !== "granted" && (await askPermission()) !== "granted") return false;
  const worker = await registration();
  if (!worker) return false;
  const subscription = await subscribed(worker, key);
  // The browser takes its time, and the person even more: it must not be the next one who is told.
  session.throwIfAborted();
  if (!subscription) return false;
  await tellServer(subscription);
  pushOwner.set(me);
  return true;
}

export async function turnPushOff(): Promise<void> {
  pushOwner.set(null);
  await delete_push();
  await (await (await registration())?.pushManager.getSubscription())?.unsubscribe();
}

/** At each start: the session may be a new one, the browser's subscription too, or somebody else sits here. */
export async function keepPush(me: string): Promise<void> {
  const owner = pushOwner.get();
  if (owner === null) return;
  const session = sessionSignal();
  const worker = await registration();
  session.throwIfAborted();
  if (!worker) return;
  if (owner !== me || permission() !== "granted") {
    pushOwner.set(null);
    await (await worker.pushManager.getSubscription())?.unsubscribe();
    return;
  }
  const key = await pushKey();
  const subscription = key === null ? null : await subscribed(worker, key);
  session.throwIfAborted();
  if (subscription) await tellServer(subscription);
}

async function tellServer(subscription: PushSubscription): Promise<void> {
  const { endpoint, keys } = subscription.toJSON();
  const { p256dh, auth } = keys ?? {};
  if (!endpoint || !p256dh || !auth) return;
  await set_push({ endpoint, keys: { p256dh, auth }, scope: attentionSettings.get().scope });
}

async function subscribed(worker: ServiceWorkerRegistration, key: string): Promise<PushSubscription | null> {
  const wanted = { userVisibleOnly: true, applicationServerKey: key };
  const known = await worker.pushManager.getSubscription();
  if (known && sameKey(known.options.applicationServerKey, key)) return known;
  // Made for another server's key, as after a database that began anew.
  await known?.unsubscribe();
  return worker.pushManager.subscribe(wanted).catch(() => null);
}

export function sameKey(known: ArrayBuffer | null, key: string): boolean {
  if (!known) return false;
  const text = btoa(String.fromCharCode(...new Uint8Array(known)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") === key.replaceAll("=", "");
}
