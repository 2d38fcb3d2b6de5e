// The texts about leading to a date, in all languages: loaded with the parts that need them.

import { type Language, locale } from ".";
import { dates as de } from "./de.dates";
import { dates as en } from "./en.dates";
import { dates as fr } from "./fr.dates";

export type DateTexts = typeof en;

const ALL: Record<Language, DateTexts> = { en, de, fr };

export const dateTexts = (): DateTexts => ALL[locale];
