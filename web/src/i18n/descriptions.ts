// What is said of files for who can't see or hear them: a part of each language's own catalogue.

import { type Catalogue, t } from ".";

export type DescriptionTexts = Catalogue["descriptions"];

export const descriptionTexts = (): DescriptionTexts => t.descriptions;
