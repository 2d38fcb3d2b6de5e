// The texts about two-step sign-in, in all languages: loaded with what asks for a code, and with the settings.

import { type Language, locale } from ".";
import { totp as de } from "./de.totp";
import { totp as en } from "./en.totp";
import { totp as fr } from "./fr.totp";

export type TotpTexts = typeof en;

const ALL: Record<Language, TotpTexts> = { en, de, fr };

export const totpTexts = (): TotpTexts => ALL[locale];
