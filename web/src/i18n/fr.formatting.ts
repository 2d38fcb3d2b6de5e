// Les noms des boutons de la barre de mise en forme.

import type { FormattingTexts } from "./formatting";

export const formatting: FormattingTexts = {
  label: "Mise en forme",
  marks: {
    bold: "Gras",
    italic: "Italique",
    strikethrough: "Barré",
    code: "Code",
    codeBlock: "Bloc de code",
    quote: "Citation",
    bullets: "Liste à puces",
    numbers: "Liste numérotée",
    link: "Lien",
    spoiler: "Texte caché (spoiler)",
  },
};
