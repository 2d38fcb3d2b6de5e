// What is told of what was done, and what is heard instead of seen, in all languages.

import { type Language, locale } from ".";
import { spoken as de } from "./de.spoken";
import { spoken as en } from "./en.spoken";
import { spoken as fr } from "./fr.spoken";

export type SpokenTexts = typeof en;

const ALL: Record<Language, SpokenTexts> = { en, de, fr };

export const spokenTexts = (): SpokenTexts => ALL[locale];
