// What the buttons of the formatting bar are called.

export const formatting = {
  label: "Formatting",
  marks: {
    bold: "Bold",
    italic: "Italic",
    strikethrough: "Strikethrough",
    code: "Code",
    codeBlock: "Code block",
    quote: "Quote",
    bullets: "Bulleted list",
    numbers: "Numbered list",
    link: "Link",
    spoiler: "Hidden text (spoiler)",
  },
};
