// The texts about messages that one saves for later, in all languages: loaded with their list.

import { type Language, locale } from ".";
import { saved as de } from "./de.saved";
import { saved as en } from "./en.saved";
import { saved as fr } from "./fr.saved";

export type SavedTexts = typeof en;

const ALL: Record<Language, SavedTexts> = { en, de, fr };

export const savedTexts = (): SavedTexts => ALL[locale];
