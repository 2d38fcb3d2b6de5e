// Ce qui est dit des notifications reçues en son absence.

import type { NotifyTexts } from "./notify";

export const notify: NotifyTexts = {
  closed: "Notifications quand Loggia est fermé",
  closedHint:
    "Elles passent par l’éditeur de votre navigateur, qui ne peut pas les lire. Ce que vous avez lu ailleurs entre-temps n’est pas envoyé.",
  closedFailed: "Votre navigateur ne l’a pas permis, ou son service de notifications ne répond pas.",
  keywords: "Mots à surveiller",
  keywordsHint: "Séparés par des virgules. Un message qui en contient un vous avertit comme une mention.",
  email: "Adresse e-mail",
  emailHint:
    "Pour ce que vous avez manqué, et si vous oubliez votre mot de passe. Un e-mail y est d’abord envoyé.",
  otherAddress: "Une autre adresse",
  confirm: "Confirmer",
  removeAddress: "Retirer l’adresse",
  missed: "M’écrire ce que j’ai manqué",
  missedHint: "Messages directs, mentions et réponses encore non lus après un moment, en un seul e-mail.",
  forgot: "Mot de passe oublié\u202f?",
  nameOrAddress: "Nom d’utilisateur ou adresse e-mail",
  resetHint: "Un e-mail avec un lien est envoyé à l’adresse que vous avez confirmée.",
  sendLetter: "Envoyer l’e-mail",
  resetAsked: "Si un tel compte existe et a une adresse confirmée, un e-mail est en route.",
  back: "Retour à la connexion",
  newPassword: "Choisir un nouveau mot de passe",
  passwordSet: "Le mot de passe est défini. Tous les appareils sont déconnectés.",
  confirmTitle: "Confirmer votre adresse",
  confirmed: "L’adresse est confirmée.",
  goOn: "Aller à Loggia",
  pending: (address) => `Un e-mail est en route vers ${address}. Ouvrez son lien.`,
};
