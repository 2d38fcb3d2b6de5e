// The texts about the keys of a message, in all languages: loaded with its menu and with the settings.

import { type Language, locale } from ".";
import { messageKeys as de } from "./de.messageKeys";
import { messageKeys as en } from "./en.messageKeys";
import { messageKeys as fr } from "./fr.messageKeys";

export type MessageKeyTexts = typeof en;

const ALL: Record<Language, MessageKeyTexts> = { en, de, fr };

export const messageKeyTexts = (): MessageKeyTexts => ALL[locale];
