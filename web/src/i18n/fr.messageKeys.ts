// Ce qui est dit des touches d’un message.

import type { MessageKeyTexts } from "./messageKeys";

export const messageKeys: MessageKeyTexts = {
  menu: "Menu d’une conversation, d’un message ou d’une personne",
  title: "Sur un message qui a le focus",
  hint: "F6 mène aux messages, ↑ et ↓ de l’un à l’autre.",
  /** Comme sur le clavier. */
  delete: "Suppr",
};
