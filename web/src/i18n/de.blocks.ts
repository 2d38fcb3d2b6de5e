import type { Catalogue } from ".";

export const blocks: Catalogue["blocks"] = {
  block: "Blockieren",
  unblock: "Nicht mehr blockieren",
  blocked: "Du blockierst diese Person.",
  sure: (name) => `${name} blockieren?`,
  hint: "Nichts, was die Person schreibt, benachrichtigt dich, ihre Nachrichten sind eingeklappt, euer Gespräch steht nicht mehr in der Liste, und sie kann weder ein Gespräch mit dir beginnen noch dich einladen. Sie erfährt davon nichts.",
  messages: (count) =>
    count === 1
      ? "Nachricht von jemandem, den du blockierst"
      : `${count} Nachrichten von Personen, die du blockierst`,
  show: "Anzeigen",
  hide: "Ausblenden",
  title: "Blockierte Personen",
  none: "Du hast niemanden blockiert.",
  unblockLabel: (name) => `${name} nicht mehr blockieren`,
};
