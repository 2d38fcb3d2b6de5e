// One catalogue per language; `t` is the one in use. Add a language by a module of type `Catalogue`.

import { en } from "./en";

export type Catalogue = typeof en;

export let t: Catalogue = en;
export let locale = "en";

export function setLanguage(language: string, catalogue: Catalogue): void {
  locale = language;
  t = catalogue;
}
