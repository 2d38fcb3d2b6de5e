// The texts about who may come into a channel and what they may do there, in all languages: loaded with its settings.

import { type Language, locale } from ".";
import { access as de } from "./de.access";
import { access as en } from "./en.access";
import { access as fr } from "./fr.access";

export type AccessTexts = typeof en;

const ALL: Record<Language, AccessTexts> = { en, de, fr };

export const accessTexts = (): AccessTexts => ALL[locale];
