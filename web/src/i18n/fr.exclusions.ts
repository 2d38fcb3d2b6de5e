import type { ExclusionTexts } from "./exclusions";

export const exclusions: ExclusionTexts = {
  title: "Exclus",
  hint: "Les personnes d’autres serveurs que celui-ci exclut, sans exclure leurs serveurs. Elles sont retirées des salons hébergés ici, rien de ce qu’elles envoient n’y entre, personne ici n’est notifié d’elles, et personne ne leur écrit.",
  none: "Personne n’est exclu.",
  search: "Rechercher parmi les exclus",
  address: "Qui",
  addressHint: "L’adresse d’une personne d’un autre serveur\u00a0: @nom:son.serveur",
  keepOff: "Exclure de ce serveur",
  sure: (name) => `Exclure ${name} de ce serveur\u202f?`,
  text: "Cette personne est retirée des salons hébergés ici, et ne peut ni écrire ni revenir tant que vous ne la réadmettez pas. Ce qu’elle a écrit reste\u202f; ce qu’elle écrit ailleurs s’y voit. Elle n’en apprend pas la raison.",
  reasonHint: "Facultatif. Elle figure dans le registre avec votre nom, pour l’administration.",
  isOff: "Exclu de ce serveur",
  readmit: "Réadmettre",
  readmitLabel: (name) => `Réadmettre ${name}`,
  keptNotice: (name) => `${name} est exclu de ce serveur.`,
  readmittedNotice: (name) => `${name} peut revenir.`,
  since: (when) => `depuis ${when}`,
  by: (name) => `par ${name}`,
  still: (channels) =>
    channels === 1
      ? "Encore dans un salon ou une conversation ici, sans voix"
      : `Encore dans ${channels} salons ou conversations ici, sans voix`,
  badAddress: "Donnez l’adresse entière, comme @nom:son.serveur.",
  isLocal: "Ce compte est de ce serveur. Empêchez-le plutôt de se connecter, sous «\u202fPersonnes\u202f».",
  isFull: "Autant de personnes que possible sont exclues. Réadmettez d’abord quelqu’un.",
  excludedAct: (by, whom) => `${by} exclut ${whom} de ce serveur.`,
  readmittedAct: (by, whom) => `${by} a réadmis ${whom}.`,
};
