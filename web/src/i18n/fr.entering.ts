// Ce qui se dit à la porte d’un salon.

import type { Catalogue } from ".";

export const entering: Catalogue["entering"] = {
  ask: "Vous regardez ce salon de l’extérieur. Demandez à entrer : vous serez prévenu quand quelqu’un vous ouvre.",
  invitedOnly: "Vous regardez ce salon de l’extérieur. On y entre sur l’invitation de ceux qui y sont.",
  bannedFrom: "Vous êtes banni de ce salon.",
  inviteLink: (code) => `Copier le lien avec ${code}`,
  copyLink: "Copier le lien",
  byInvite: "Apporté par le lien que vous avez suivi.",
  left: (name) => `Vous n’êtes plus dans ${name} : on vous en a retiré, ou vous l’avez quitté ailleurs.`,
  banned: (name) => `Vous avez été banni de ${name}.`,
};
