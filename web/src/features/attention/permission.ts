// The browser's permission: asked only when the person has pressed a button for it.

import { useSyncExternalStore } from "react";

export type Permission = NotificationPermission | "unsupported";

const listeners = new Set<() => void>();

export function permission(): Permission {
  return typeof Notification === "undefined" ? "unsupported" : Notification.permission;
}

export async function askPermission(): Promise<Permission> {
  if (typeof Notification !== "undefined") await Notification.requestPermission();
  for (const listener of listeners) listener();
  return permission();
}

export const usePermission = (): Permission =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, permission);
