// Tasten, und was sie tun.

import type { Catalogue } from ".";

export const shortcuts: Catalogue["shortcuts"] = {
  readAll: "Alles als gelesen markieren",
  inbox: "Erwähnungen und Antworten",
  help: "Diese Tasten",
  bold: "Fett, kursiv, Code",
  switcher: "Zu einem Gespräch springen",
  search: "Nachrichten durchsuchen",
  next: "Nächstes oder voriges Gespräch",
  unread: "Nächstes oder voriges ungelesenes Gespräch",
  history: "Zurück und vor",
  landmarks: "Nächster oder voriger Teil des Fensters",
  read: "Als gelesen markieren",
  edit: "Letzte Nachricht bearbeiten (leeres Feld)",
  newline: "Neue Zeile",
  send: "Senden",
  /** Wie auf der Tastatur. */
  keys: { control: "Strg", shift: "Umschalt", enter: "Eingabe", escape: "Esc" },
};
