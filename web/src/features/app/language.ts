// The language of the person's choice, else the browser's; remembered on this device.

import { useSyncExternalStore } from "react";
import { bestLanguage, directionOf, isLanguage, type Language, loadLanguage, locale } from "../../i18n";
import { Local } from "../../lib/local";

const chosen = new Local<Language | null>("loggia.language", (stored) =>
  typeof stored === "string" && isLanguage(stored) ? stored : null,
);
const listeners = new Set<() => void>();

/** Before the first picture, and after each choice. When a language cannot be had, the last one stays. */
export async function applyLanguage(): Promise<void> {
  try {
    await loadLanguage(chosen.get() ?? bestLanguage(navigator.languages));
  } catch {
    // Offline, and never used before.
  }
  const { documentElement: root } = document;
  root.lang = locale;
  root.dir = directionOf(locale);
  for (const listener of listeners) listener();
}

export async function setLanguage(language: Language | null): Promise<void> {
  chosen.set(language);
  await applyLanguage();
}

export const useLanguageChoice = (): Language | null => useSyncExternalStore(chosen.subscribe, chosen.get);

/** The language in use: what is drawn with another one is drawn anew. */
export const useLanguage = (): Language =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => locale,
  );
