import { countingIn } from "./numbers";
import type { TotpTexts } from "./totp";

const { many } = countingIn("fr", (count) => count < 2);

export const totp: TotpTexts = {
  title: "Connexion en deux étapes",
  code: "Code à usage unique",
  codeHint:
    "Les six chiffres que montre votre application d’authentification. Un code de secours convient aussi.",
  back: "Retour",
  tooOften: (seconds) =>
    `Trop de tentatives. Réessayez dans ${seconds < 60 ? many(seconds, "seconde", "secondes") : many(Math.ceil(seconds / 60), "minute", "minutes")}.`,
  hint: "Pour se connecter, il faut alors, outre le mot de passe, un code d’une application de votre téléphone\u00a0: qui n’apprend que le mot de passe reste dehors.",
  off: "Elle est désactivée.",
  on: (since) => `Elle est activée depuis le ${since}.`,
  left: (count) => `Il reste ${many(count, "code de secours", "codes de secours")}.`,
  few: "Sans codes de secours, qui perd son téléphone ne peut plus entrer. Demandez-en de nouveaux à temps.",
  turnOn: "Activer…",
  turnOff: "Désactiver…",
  turnedOff: "La connexion en deux étapes est désactivée.",
  turnOnTitle: "Activer la connexion en deux étapes",
  passwordHint: "Pour que personne d’autre ne le fasse là où vous êtes connecté.",
  goOn: "Continuer",
  scan: "Scannez ceci avec une application d’authentification. Sur le téléphone qui la contient, ouvrez-la d’ici, ou saisissez la clé.",
  picture: "Code QR pour votre application d’authentification",
  key: "Clé",
  copyKey: "Copier la clé",
  open: "Ouvrir dans l’application",
  shownCode: "Code que montre l’application",
  shownCodeHint: "Six chiffres. Dès lors, il faut un tel code pour se connecter.",
  confirm: "Activer",
  recoveryTitle: "Vos codes de secours",
  recoveryWarning:
    "La connexion en deux étapes est activée. Gardez ces codes là où vous les trouverez sans votre téléphone\u00a0: chacun vous connecte une fois, à la place d’un code de l’application. Ils ne seront plus montrés.",
  recoveryCodes: "Codes de secours",
  copy: "Copier",
  download: "Télécharger",
  kept: "J’ai gardé ces codes",
  done: "Terminé",
  unkeptTitle: "Fermer sans garder les codes\u202f?",
  unkeptText:
    "Ils ne seront plus montrés. Si vous perdez votre téléphone, rien d’autre ne vous permettra d’entrer.",
  unkeptAction: "Fermer",
  unshownTitle: "Codes de secours non montrés",
  unshownText:
    "La connexion en deux étapes est activée, mais la réponse qui contenait les codes de secours s’est perdue, et ils ne seront plus montrés. Demandez-en de nouveaux\u00a0; il y faut un autre code de l’application.",
  fileHead: (account, day) => `Codes de secours de ${account}, ${day}`,
  fileHint: "Chacun connecte une fois, à la place d’un code de l’application d’authentification.",
  fileName: (account) => `loggia-codes-de-secours-${account}.txt`,
  renew: "Nouveaux codes de secours…",
  renewTitle: "De nouveaux codes de secours\u202f?",
  renewText:
    "Les codes de secours que vous avez ne vaudront plus rien. Votre application d’authentification reste telle qu’elle est.",
  renewAction: "Nouveaux codes",
  renewedWarning:
    "Les codes d’avant ne valent plus rien. Gardez ceux-ci là où vous les trouverez sans votre téléphone\u00a0: chacun vous connecte une fois, à la place d’un code de l’application. Ils ne seront plus montrés.",
  turnOffTitle: "Désactiver la connexion en deux étapes\u202f?",
  turnOffText:
    "Le mot de passe suffira de nouveau pour se connecter. Les codes de secours ne vaudront plus rien.",
  turnOffAction: "Désactiver",
  tag: "connexion en deux étapes",
  remove: "Retirer la connexion en deux étapes…",
  removeTitle: (name) => `Retirer la connexion en deux étapes de ${name}\u202f?`,
  removeText:
    "C’est pour qui a perdu son téléphone et ses codes de secours\u00a0: assurez-vous que c’est bien cette personne qui le demande. Le mot de passe suffira alors pour se connecter, jusqu’à ce que la personne la réactive. Le registre en garde la trace.",
  removeAction: "Retirer",
  removed: (name) => `${name} se connecte avec le mot de passe seul.`,
};
