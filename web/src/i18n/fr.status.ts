import type { StatusTexts } from "./status";

export const status: StatusTexts = {
  title: "Votre statut",
  text: "Que faites-vous\u00a0?",
  emoji: "Choisir un émoji",
  noEmoji: (emoji) => `Retirer ${emoji}`,
  end: "Effacer après",
  ends: {
    never: "Ne pas effacer",
    half: "30 minutes",
    hour: "1 heure",
    hours: "4 heures",
    today: "Aujourd’hui",
    week: "Cette semaine",
  },
  until: (when) => `Jusqu’à ${when}`,
  presets: "Suggestions",
  said: {
    meeting: "En réunion",
    commuting: "En chemin",
    sick: "En congé maladie",
    vacation: "En vacances",
    remote: "En télétravail",
  },
  clear: "Effacer le statut",
};
