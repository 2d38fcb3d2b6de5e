// The texts about previews of links, in all languages: loaded with what draws them.

import { type Language, locale } from ".";
import { previews as de } from "./de.previews";
import { previews as en } from "./en.previews";
import { previews as fr } from "./fr.previews";

export type PreviewTexts = typeof en;

const ALL: Record<Language, PreviewTexts> = { en, de, fr };

export const previewTexts = (): PreviewTexts => ALL[locale];
