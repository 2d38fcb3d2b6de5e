// One catalogue per language; `t` is the one in use. A language is a module of type `Catalogue`, so that a missing
// string fails the type check, and a line in LANGUAGES. English is always there; others are loaded when chosen.

import { en } from "./en";

export type Catalogue = typeof en;

export const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français" } as const;
export type Language = keyof typeof LANGUAGES;

export let t: Catalogue = en;
export let locale: Language = "en";

const CATALOGUES: Record<Language, () => Promise<Catalogue>> = {
  en: () => Promise.resolve(en),
  de: () => import("./de").then(({ de }) => de),
  fr: () => import("./fr").then(({ fr }) => fr),
};

export const isLanguage = (name: string): name is Language => Object.hasOwn(LANGUAGES, name);

/** The first of the wished languages that there is; `de-AT` is served by `de`. */
export function bestLanguage(wished: readonly string[]): Language {
  for (const each of wished) {
    const name = each.toLowerCase().split("-")[0] ?? "";
    if (isLanguage(name)) return name;
  }
  return "en";
}

const RIGHT_TO_LEFT = new Set(["ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"]);

export const directionOf = (language: string): "ltr" | "rtl" =>
  RIGHT_TO_LEFT.has(language.toLowerCase().split("-")[0] ?? "") ? "rtl" : "ltr";

export async function loadLanguage(language: Language): Promise<void> {
  t = await CATALOGUES[language]();
  locale = language;
}

/** A string that is found by a name from elsewhere: an error's code, a group of emoji. */
export function named(strings: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(strings, name) ? strings[name] : undefined;
}
