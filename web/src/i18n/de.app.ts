import type { Catalogue } from ".";

export const app: Catalogue["app"] = {
  updated: "Eine neue Version steht bereit.",
  reload: "Neu laden",
  broken: "Etwas ist schiefgegangen",
  brokenHint: "Die Seite konnte nicht geladen werden. Was du geschrieben hast, bleibt erhalten.",
  partFailed: "Dieser Teil konnte nicht geladen werden. Ist der Server nicht erreichbar?",
  later: "Später",
  install: "Als App einrichten",
  installHint: "Öffnet sich in einem eigenen Fenster und zeigt deine Gespräche auch ohne Netz.",
};
