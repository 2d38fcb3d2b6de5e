// The texts about being told while away, in all languages: loaded with the parts that need them, not at the start.

import { type Language, locale } from ".";
import { notify as de } from "./de.notify";
import { notify as en } from "./en.notify";
import { notify as fr } from "./fr.notify";

export type NotifyTexts = typeof en;

const ALL: Record<Language, NotifyTexts> = { en, de, fr };

export const notifyTexts = (): NotifyTexts => ALL[locale];
