// Les touches, et ce qu’elles font.

import type { Catalogue } from ".";

export const shortcuts: Catalogue["shortcuts"] = {
  readAll: "Tout marquer comme lu",
  inbox: "Mentions et réponses",
  help: "Ces raccourcis",
  bold: "Gras, italique, code",
  switcher: "Aller à une conversation",
  search: "Rechercher dans les messages",
  next: "Conversation suivante ou précédente",
  unread: "Conversation non lue suivante ou précédente",
  history: "En arrière et en avant",
  landmarks: "Partie suivante ou précédente de la fenêtre",
  read: "Marquer comme lu",
  edit: "Modifier votre dernier message (champ vide)",
  newline: "Nouvelle ligne",
  send: "Envoyer",
  /** Comme sur le clavier. */
  keys: { control: "Ctrl", shift: "Maj", enter: "Entrée", escape: "Échap" },
};
