// Light, dark or like the system; remembered on this device.

import { useSyncExternalStore } from "react";
import { readStored, writeStored } from "../../lib/storage";

export type ThemeChoice = "system" | "light" | "dark";

const KEY = "loggia.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

function choice(): ThemeChoice {
  const stored = readStored(KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}

export function applyTheme(): void {
  const wanted = choice();
  document.documentElement.dataset["theme"] =
    wanted === "system" ? (dark.matches ? "dark" : "light") : wanted;
}

export function setTheme(wanted: ThemeChoice): void {
  writeStored(KEY, wanted === "system" ? null : wanted);
  applyTheme();
  for (const listener of listeners) listener();
}

dark.addEventListener("change", applyTheme);

export const useTheme = (): ThemeChoice =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, choice);
