// The texts about those who are kept off this server, in all languages: loaded with what administrators do.

import { type Language, locale } from ".";
import { exclusions as de } from "./de.exclusions";
import { exclusions as en } from "./en.exclusions";
import { exclusions as fr } from "./fr.exclusions";

export type ExclusionTexts = typeof en;

const ALL: Record<Language, ExclusionTexts> = { en, de, fr };

export const exclusionTexts = (): ExclusionTexts => ALL[locale];
