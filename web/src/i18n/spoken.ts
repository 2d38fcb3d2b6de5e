// What is told of what was done, and what is heard instead of seen: a part of each language's own catalogue.

import { type Catalogue, t } from ".";

export type SpokenTexts = Catalogue["spoken"];

export const spokenTexts = (): SpokenTexts => t.spoken;
