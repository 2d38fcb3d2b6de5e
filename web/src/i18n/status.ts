// The texts about what people do just now, in all languages: loaded with what shows it in full.

import { type Language, locale } from ".";
import { status as de } from "./de.status";
import { status as en } from "./en.status";
import { status as fr } from "./fr.status";

export type StatusTexts = typeof en;

const ALL: Record<Language, StatusTexts> = { en, de, fr };

export const statusTexts = (): StatusTexts => ALL[locale];
