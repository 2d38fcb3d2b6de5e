// Wie die Knöpfe der Formatierungsleiste heißen.

import type { FormattingTexts } from "./formatting";

export const formatting: FormattingTexts = {
  label: "Formatierung",
  marks: {
    bold: "Fett",
    italic: "Kursiv",
    strikethrough: "Durchgestrichen",
    code: "Code",
    codeBlock: "Codeblock",
    quote: "Zitat",
    bullets: "Aufzählung",
    numbers: "Nummerierte Liste",
    link: "Link",
    spoiler: "Verborgener Text (Spoiler)",
  },
};
