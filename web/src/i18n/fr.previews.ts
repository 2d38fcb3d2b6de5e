import type { PreviewTexts } from "./previews";

export const previews: PreviewTexts = {
  label: (host) => `Aperçu de ${host}`,
  arrived: (host, title) => `Un aperçu de ${host} accompagne votre message\u00a0: ${title}.`,
  leaveOut: (host) => `Retirer l’aperçu de ${host}`,
  leftOut: (host) => `L’aperçu de ${host} a été retiré du message.`,
  remove: (host) => `Supprimer l’aperçu de ${host}`,
  removed: "L’aperçu a été supprimé.",
  setting: "Aperçus des liens",
  settingHint:
    "Les afficher avec mes messages. Votre serveur consulte les pages vers lesquelles vous renvoyez\u00a0; aucune des personnes qui vous lisent ne le fait.",
};
