import type { SharedTexts } from "./shared";

export const shared: SharedTexts = {
  filter: "Ce qui est affiché",
  all: "Tout",
  image: "Images",
  video: "Vidéos",
  audio: "Sons",
  other: "Autres fichiers",
  jumpLabel: (file, name, when) => `Aller au message\u00a0: ${file}, ${name}, ${when}`,
  openLabel: (file, name, when) => `Ouvrir ${file}, ${name}, ${when}`,
  playLabel: (file, name, when) => `Lire ${file}, ${name}, ${when}`,
  unplayable: "Ce navigateur ne peut pas le lire. Il peut être téléchargé.",
  empty: "Aucun fichier pour l’instant.",
  emptyText: "Les images et autres fichiers envoyés ici sont réunis à cet endroit.",
  emptyKind: "Aucun de ce genre.",
};
