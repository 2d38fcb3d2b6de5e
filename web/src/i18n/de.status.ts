import type { StatusTexts } from "./status";

export const status: StatusTexts = {
  title: "Dein Status",
  text: "Was machst du gerade?",
  emoji: "Emoji wählen",
  noEmoji: (emoji) => `${emoji} entfernen`,
  end: "Löschen nach",
  ends: {
    never: "Nicht löschen",
    half: "30 Minuten",
    hour: "1 Stunde",
    hours: "4 Stunden",
    today: "Heute",
    week: "Diese Woche",
  },
  until: (when) => `Bis ${when}`,
  presets: "Vorschläge",
  said: {
    meeting: "In einer Besprechung",
    commuting: "Unterwegs zur Arbeit",
    sick: "Krank",
    vacation: "Im Urlaub",
    remote: "Im Homeoffice",
  },
  clear: "Status löschen",
};
