import type { Catalogue } from ".";

export const blocks: Catalogue["blocks"] = {
  block: "Bloquer",
  unblock: "Débloquer",
  blocked: "Vous bloquez cette personne.",
  sure: (name) => `Bloquer ${name}\u202f?`,
  hint: "Rien de ce qu’elle écrit ne vous est notifié, ses messages sont repliés, votre conversation avec elle n’est plus dans la liste, et elle ne peut ni commencer une conversation avec vous ni vous inviter. Elle n’en est pas informée.",
  messages: (count) =>
    count === 1
      ? "Message de quelqu’un que vous avez bloqué"
      : `${count} messages de personnes que vous avez bloquées`,
  show: "Afficher",
  hide: "Masquer",
  title: "Personnes bloquées",
  none: "Vous n’avez bloqué personne.",
  unblockLabel: (name) => `Débloquer ${name}`,
};
