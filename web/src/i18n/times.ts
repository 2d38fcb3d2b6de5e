// The texts about times that are chosen, in all languages: loaded with what asks for one.

import { type Language, locale } from ".";
import { times as de } from "./de.times";
import { times as en } from "./en.times";
import { times as fr } from "./fr.times";

export type TimesTexts = typeof en;

const ALL: Record<Language, TimesTexts> = { en, de, fr };

export const timesTexts = (): TimesTexts => ALL[locale];
