// The texts about files of a channel, in all languages: loaded with their list.

import { type Language, locale } from ".";
import { shared as de } from "./de.shared";
import { shared as en } from "./en.shared";
import { shared as fr } from "./fr.shared";

export type SharedTexts = typeof en;

const ALL: Record<Language, SharedTexts> = { en, de, fr };

export const sharedTexts = (): SharedTexts => ALL[locale];
