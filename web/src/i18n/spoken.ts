// What is told of what was done, and what is heard instead of seen. It comes with the language: what is heard can't wait.

import type { Language } from ".";
import { spoken as en } from "./en.spoken";

export type SpokenTexts = typeof en;

const TEXTS: Record<Language, () => Promise<SpokenTexts>> = {
  en: () => Promise.resolve(en),
  de: () => import("./de.spoken").then(({ spoken }) => spoken),
  fr: () => import("./fr.spoken").then(({ spoken }) => spoken),
};

let texts: SpokenTexts = en;

export const spokenTexts = (): SpokenTexts => texts;

export async function loadSpoken(language: Language): Promise<void> {
  texts = await TEXTS[language]();
}
