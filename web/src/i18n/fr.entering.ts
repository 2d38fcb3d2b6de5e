// Ce qui se dit à la porte d’un salon.

import type { Catalogue } from ".";

export const entering: Catalogue["entering"] = {
  ask: "Vous regardez ce salon de l’extérieur. Demandez à entrer\u00a0: vous serez prévenu quand quelqu’un vous ouvre.",
  invitedOnly: "Vous regardez ce salon de l’extérieur. On y entre sur l’invitation de ceux qui y sont.",
  bannedFrom: "Vous êtes banni de ce salon.",
  inviteLink: (code) => `Copier le lien avec ${code}`,
  copyLink: "Copier le lien",
  byInvite: "Apporté par le lien que vous avez suivi.",
  left: (name) => `Vous n’êtes plus dans ${name}\u00a0: on vous en a retiré, ou vous l’avez quitté ailleurs.`,
  bannedBy: (name, by) => `${by} vous a banni de ${name}.`,
  removedBy: (name, by) => `${by} vous a retiré de ${name}.`,
  because: (reason) => `Motif indiqué\u00a0: ${reason}`,
  banned: (name) => `Vous avez été banni de ${name}.`,
  dmClosed: "La conversation est fermée. Elle revient quand quelqu’un y écrit ou que vous la rouvrez.",
  invitedBy: "Invitation de",
  signedOutHere: "Vous vous êtes déconnecté dans un autre onglet.",
  forsaken: (others) =>
    others > 1
      ? "Ces comptes ont été supprimés. On peut lire la conversation, mais plus y écrire."
      : "Ce compte a été supprimé. On peut lire la conversation, mais plus y écrire.",
  leaveLast:
    "Vous êtes le dernier membre de ce salon privé\u00a0: il ne restera personne pour vous inviter, ni vous ni quelqu’un d’autre. Vous ne pourrez pas revenir, ni relire ce qui y a été écrit.",
  sendsLater: "Le message partira une fois les fichiers envoyés.",
  notYet: "Ne pas envoyer encore",
  uploadFailed: "Un fichier n’a pas pu être envoyé\u00a0: réessayez ou retirez-le.",
  lostEdit: "Ce message a été supprimé pendant que vous le modifiiez. Ce que vous avez écrit\u00a0:",
};
