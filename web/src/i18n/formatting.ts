// The texts about the formatting bar, in all languages: loaded with it.

import { type Language, locale } from ".";
import { formatting as de } from "./de.formatting";
import { formatting as en } from "./en.formatting";
import { formatting as fr } from "./fr.formatting";

export type FormattingTexts = typeof en;

const ALL: Record<Language, FormattingTexts> = { en, de, fr };

export const formattingTexts = (): FormattingTexts => ALL[locale];
