import type { ExclusionTexts } from "./exclusions";

export const exclusions: ExclusionTexts = {
  title: "Ferngehalten",
  hint: "Personen anderer Server, die dieser fernhält, während ihre Server weiter dabei sind. Sie werden aus den Kanälen entfernt, die hier liegen, nichts von ihnen kommt mehr hinein, niemand hier wird durch sie benachrichtigt, und niemand schreibt ihnen.",
  none: "Niemand wird ferngehalten.",
  search: "Ferngehaltene suchen",
  address: "Wen",
  addressHint: "Die Adresse einer Person eines anderen Servers: @name:ihr.server",
  keepOff: "Von diesem Server fernhalten",
  sure: (name) => `${name} von diesem Server fernhalten?`,
  text: "Die Person wird aus den Kanälen entfernt, die hier liegen, und kann nicht schreiben oder zurückkommen, bis du sie wieder zulässt. Was sie geschrieben hat, bleibt; was sie anderswo schreibt, ist dort zu sehen. Den Grund erfährt sie nicht.",
  reasonHint: "Freiwillig. Er steht mit deinem Namen in den Vorgängen, für die Verwaltung.",
  isOff: "Wird von diesem Server ferngehalten",
  readmit: "Wieder zulassen",
  readmitLabel: (name) => `${name} wieder zulassen`,
  keptNotice: (name) => `${name} wird von diesem Server ferngehalten.`,
  readmittedNotice: (name) => `${name} darf zurückkommen.`,
  since: (when) => `seit ${when}`,
  by: (name) => `durch ${name}`,
  still: (channels) =>
    channels === 1
      ? "Noch in einem Kanal oder Gespräch hier, ohne Stimme"
      : `Noch in ${channels} Kanälen oder Gesprächen hier, ohne Stimme`,
  badAddress: "Gib die ganze Adresse an, etwa @name:ihr.server.",
  isLocal: "Dieses Konto ist von diesem Server. Sperre es stattdessen unter „Personen“ aus.",
  isFull: "Es werden so viele Personen ferngehalten, wie es geht. Lass erst jemanden wieder zu.",
  excludedAct: (by, whom) => `${by} hält ${whom} von diesem Server fern.`,
  readmittedAct: (by, whom) => `${by} hat ${whom} wieder zugelassen.`,
};
