// Ce qui se dit des données personnelles et de la fin d’un compte.

import type { AccountTexts } from "./account";
import { countingIn } from "./numbers";

const { figure } = countingIn("fr");

export const account: AccountTexts = {
  data: "Vos données",
  exportHint: "Votre profil, vos salons et réglages, et tout ce que vous avez écrit, dans un fichier (JSON).",
  export: "Télécharger vos données",
  exporting: (messages) => `Collecte… ${figure(messages)} messages jusqu’ici`,
  end: "Supprimer votre compte",
  endHint: "C’est sans retour.",
  endTitle: (name) => `Supprimer le compte ${name}\u202f?`,
  endText:
    "Vous êtes déconnecté partout, vous quittez tous les salons, et personne ne peut plus vous écrire. Ce que vous avez écrit reste. Cédez d’abord les salons qui vous appartiennent.",
  endSure: "Supprimer définitivement",
  ended: "Votre compte est supprimé.",
};
