// The texts about looking for channels, in all languages: loaded with their list.

import { type Language, locale } from ".";
import { directory as de } from "./de.directory";
import { directory as en } from "./en.directory";
import { directory as fr } from "./fr.directory";

export type DirectoryTexts = typeof en;

const ALL: Record<Language, DirectoryTexts> = { en, de, fr };

export const directoryTexts = (): DirectoryTexts => ALL[locale];
