// Keys of a message that has the focus: single ones, which are nobody's elsewhere (WCAG 2.1.4).

import { messageKeyTexts } from "../../i18n/messageKeys";
import { t } from "../../i18n";
import { isMac } from "../../lib/keys";

/** By the ids of what a message's tools and menu do. */
export const MESSAGE_KEYS: Readonly<Record<string, string>> = {
  react: "r",
  reply: "Enter",
  thread: "t",
  edit: "e",
  pin: "p",
  save: "s",
  remind: "m",
  quote: "q",
  copy: "c",
  link: "l",
  unread: "u",
  remove: "Delete",
};

/** As it is printed on the keyboard. */
export function keyName(id: string): string | undefined {
  const key = Object.hasOwn(MESSAGE_KEYS, id) ? MESSAGE_KEYS[id] : undefined;
  if (key === "Enter") return t.shortcuts.keys.enter;
  if (key === "Delete") return isMac() ? "\u232B" : messageKeyTexts().delete;
  return key?.toUpperCase();
}
