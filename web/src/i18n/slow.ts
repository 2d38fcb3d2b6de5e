// The texts about slow channels, in all languages: loaded with the parts that need them.

import { type Language, locale } from ".";
import { slow as de } from "./de.slow";
import { slow as en } from "./en.slow";
import { slow as fr } from "./fr.slow";

export type SlowTexts = typeof en;

const ALL: Record<Language, SlowTexts> = { en, de, fr };

export const slowTexts = (): SlowTexts => ALL[locale];
