// Les noms des groupes d’emoji et de leur sélecteur.

import type { Catalogue } from ".";

export const emoji: Catalogue["emoji"] = {
  title: "Emoji",
  search: "Chercher un emoji",
  empty: "Aucun emoji ne correspond.",
  recent: "Utilisés récemment",
  groups: {
    smileys: "Émoticônes",
    people: "Personnes",
    nature: "Animaux et nature",
    food: "Nourriture et boissons",
    travel: "Voyages et lieux",
    activities: "Activités",
    objects: "Objets",
    symbols: "Symboles",
    flags: "Drapeaux",
  },
};
