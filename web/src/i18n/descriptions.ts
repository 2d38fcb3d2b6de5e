// The texts about what is said of files for who can't see or hear them, in all languages.

import { type Language, locale } from ".";
import { descriptions as de } from "./de.descriptions";
import { descriptions as en } from "./en.descriptions";
import { descriptions as fr } from "./fr.descriptions";

export type DescriptionTexts = typeof en;

const ALL: Record<Language, DescriptionTexts> = { en, de, fr };

export const descriptionTexts = (): DescriptionTexts => ALL[locale];
