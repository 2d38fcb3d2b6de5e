// The texts about reminders, in all languages: loaded with what asks for one.

import { type Language, locale } from ".";
import { reminders as de } from "./de.reminders";
import { reminders as en } from "./en.reminders";
import { reminders as fr } from "./fr.reminders";

export type RemindersTexts = typeof en;

const ALL: Record<Language, RemindersTexts> = { en, de, fr };

export const remindersTexts = (): RemindersTexts => ALL[locale];
