// The texts about messages that are reported, in all languages: loaded with the parts that need them.

import { type Language, locale } from ".";
import { reports as de } from "./de.reports";
import { reports as en } from "./en.reports";
import { reports as fr } from "./fr.reports";

export type ReportTexts = typeof en;

const ALL: Record<Language, ReportTexts> = { en, de, fr };

export const reportTexts = (): ReportTexts => ALL[locale];
