// The texts about how long messages are kept, in all languages: loaded with the parts that need them.

import { type Language, locale } from ".";
import { retention as de } from "./de.retention";
import { retention as en } from "./en.retention";
import { retention as fr } from "./fr.retention";

export type RetentionTexts = typeof en;

const ALL: Record<Language, RetentionTexts> = { en, de, fr };

export const retentionTexts = (): RetentionTexts => ALL[locale];
