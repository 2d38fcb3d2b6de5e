import type { DirectoryTexts } from "./directory";

export const directory: DirectoryTexts = {
  empty: "Aucun salon ne correspond.",
  none: "Il n’y a pas encore de salon public. Créez le premier.",
  serverHint: "Le nom d’un autre serveur, par exemple chat.example.org. Vide pour celui-ci.",
  joinAddress: (alias) => `Rejoindre ${alias}`,
  noneThere: "Ce serveur n’annonce aucun salon.",
};
