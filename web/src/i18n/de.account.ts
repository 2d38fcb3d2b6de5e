// Was über die eigenen Daten und das Ende eines Kontos gesagt wird.

import type { AccountTexts } from "./account";
import { countingIn } from "./numbers";

const { figure } = countingIn("de");

export const account: AccountTexts = {
  data: "Deine Daten",
  exportHint:
    "Dein Profil, deine Kanäle und Einstellungen und alles, was du geschrieben hast, in einer Datei (JSON).",
  export: "Deine Daten herunterladen",
  exporting: (messages) => `Wird gesammelt… bisher ${figure(messages)} Nachrichten`,
  end: "Konto löschen",
  endHint: "Das lässt sich nicht rückgängig machen.",
  endTitle: (name) => `Das Konto ${name} löschen?`,
  endText:
    "Du wirst überall abgemeldet und verlässt alle Kanäle, und niemand kann dir mehr schreiben. Was du geschrieben hast, bleibt. Übergib vorher die Kanäle, die dir gehören.",
  endSure: "Endgültig löschen",
  ended: "Dein Konto ist gelöscht.",
};
