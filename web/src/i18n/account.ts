// The texts about one's own data and the end of an account, in all languages: loaded with the settings.

import { type Language, locale } from ".";
import { account as de } from "./de.account";
import { account as en } from "./en.account";
import { account as fr } from "./fr.account";

export type AccountTexts = typeof en;

const ALL: Record<Language, AccountTexts> = { en, de, fr };

export const accountTexts = (): AccountTexts => ALL[locale];
