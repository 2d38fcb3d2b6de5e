import { countingIn } from "./numbers";
import type { RetentionTexts } from "./retention";

const { figure, many } = countingIn("fr", (count) => count < 2);
const days = (count: number) => many(count, "jour", "jours");

export const retention: RetentionTexts = {
  keep: "Conserver les messages",
  forEver: "Pour toujours",
  years: (count) => many(count, "an", "ans"),
  days,
  other: "Un autre nombre de jours",
  number: "Jours",
  numberBad: (most) => `Un nombre entier de 1 à ${figure(most)}.`,
  hint: "Ce qui est plus ancien est supprimé pour tout le monde, sur chaque serveur.",
  goneHint: "Ce qui est déjà supprimé ne revient pas.",
  sure: (count) => `Supprimer ce qui a plus de ${days(count)}\u202f?`,
  sureText: (count) =>
    `Les messages, fichiers et réactions de plus de ${days(count)} sont supprimés pour tout le monde, sur chaque serveur, maintenant et au fil du temps. Ils ne peuvent pas être récupérés.`,
  sureAction: "Supprimer et enregistrer",
  note: (count) => `Les messages de plus de ${days(count)} sont supprimés ici.`,
  past: "Les messages plus anciens ont été supprimés.",
  ofServer: (count) =>
    `Ce serveur conserve les messages ${days(count)} au plus, quel que soit le choix fait ici.`,
  outOfReach:
    "Il ne peut pas être supprimé pour tout le monde\u00a0: il y faut la personne qui l’a écrit ou celle à qui appartient le salon, et aucune n’est de ce serveur.",
  onlyHereText:
    "Il peut être retiré de ce serveur\u00a0: il est supprimé pour tout le monde ici, et les autres serveurs le gardent. C’est définitif.",
  onlyHere: "Retirer de ce serveur seulement",
};
