// The texts about threads and what else came with them, in all languages: loaded with the parts that need them.

import { type Language, locale } from ".";
import { threads as de } from "./de.threads";
import { threads as en } from "./en.threads";
import { threads as fr } from "./fr.threads";

export type ThreadTexts = typeof en;

const ALL: Record<Language, ThreadTexts> = { en, de, fr };

export const threadTexts = (): ThreadTexts => ALL[locale];
