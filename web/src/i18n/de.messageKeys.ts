// Was zu den Tasten einer Nachricht gesagt wird.

import type { MessageKeyTexts } from "./messageKeys";

export const messageKeys: MessageKeyTexts = {
  menu: "Menü eines Gesprächs, einer Nachricht oder einer Person",
  title: "Auf einer Nachricht, die den Fokus hat",
  hint: "F6 führt zu den Nachrichten, ↑ und ↓ von einer zur nächsten.",
  /** Wie auf der Tastatur. */
  delete: "Entf",
};
