// The texts of the administrator's page, in all languages: loaded with what administrators do.

import { type Language, locale } from ".";
import { admin as de } from "./de.admin";
import { admin as en } from "./en.admin";
import { admin as fr } from "./fr.admin";

export type AdminTexts = typeof en;

const ALL: Record<Language, AdminTexts> = { en, de, fr };

export const adminTexts = (): AdminTexts => ALL[locale];
