// The texts about messages that are sent later, in all languages: loaded with what sends them.

import { type Language, locale } from ".";
import { scheduled as de } from "./de.scheduled";
import { scheduled as en } from "./en.scheduled";
import { scheduled as fr } from "./fr.scheduled";

export type ScheduledTexts = typeof en;

const ALL: Record<Language, ScheduledTexts> = { en, de, fr };

export const scheduledTexts = (): ScheduledTexts => ALL[locale];
