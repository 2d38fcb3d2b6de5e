// Die Namen der Emoji-Gruppen und ihrer Auswahl.

import type { Catalogue } from ".";

export const emoji: Catalogue["emoji"] = {
  title: "Emoji",
  search: "Emoji suchen",
  empty: "Kein Emoji passt dazu.",
  recent: "Zuletzt benutzt",
  groups: {
    smileys: "Smileys",
    people: "Menschen",
    nature: "Tiere und Natur",
    food: "Essen und Trinken",
    travel: "Reisen und Orte",
    activities: "Aktivitäten",
    objects: "Gegenstände",
    symbols: "Symbole",
    flags: "Flaggen",
  },
};
