// The texts about people whom one blocks, in all languages: loaded with the parts that need them.

import { type Language, locale } from ".";
import { blocks as de } from "./de.blocks";
import { blocks as en } from "./en.blocks";
import { blocks as fr } from "./fr.blocks";

export type BlockTexts = typeof en;

const ALL: Record<Language, BlockTexts> = { en, de, fr };

export const blockTexts = (): BlockTexts => ALL[locale];
