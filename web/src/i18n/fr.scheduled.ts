import { countingIn } from "./numbers";
import type { ScheduledTexts } from "./scheduled";

const { many } = countingIn("fr");

export const scheduled: ScheduledTexts = {
  title: "Envois prévus",
  count: (count) => many(count, "message prévu", "messages prévus"),
  menu: "Envoyer plus tard",
  willBeSent: (when) => `Envoi prévu\u00a0: ${when}.`,
  show: "Voir les envois prévus",
  notCommands: "Les commandes ne peuvent pas être envoyées plus tard.",
  chooseTitle: "Envoyer plus tard",
  editTitle: "Modifier le message prévu",
  schedule: "Planifier",
  empty: "Aucun envoi n’est prévu.",
  emptyText: "Écrivez un message et choisissez, à côté du bouton d’envoi, quand il part.",
  elsewhere: "Une conversation dont vous ne faites pas partie",
  inThread: "dans un fil",
  due: "est en cours d’envoi",
  failed: (why) => `Non envoyé\u00a0: ${why}`,
  edit: "Modifier",
  editLabel: (words) => `Modifier\u00a0: ${words}`,
  send: "Envoyer maintenant",
  sendLabel: (words) => `Envoyer maintenant\u00a0: ${words}`,
  remove: "Supprimer",
  removeLabel: (words) => `Supprimer\u00a0: ${words}`,
  removeTitle: "Supprimer ce message prévu\u202f?",
  removeText: "Il n’est pas envoyé, et son texte est perdu.",
};
