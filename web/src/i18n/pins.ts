// The texts about pinned messages, in all languages: loaded with their list.

import { type Language, locale } from ".";
import { pins as de } from "./de.pins";
import { pins as en } from "./en.pins";
import { pins as fr } from "./fr.pins";

export type PinTexts = typeof en;

const ALL: Record<Language, PinTexts> = { en, de, fr };

export const pinTexts = (): PinTexts => ALL[locale];
