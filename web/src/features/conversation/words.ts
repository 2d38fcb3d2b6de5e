// What a message says, in a few words: for labels and announcements.

import { t } from "../../i18n";
import { spokenTexts } from "../../i18n/spoken";
import type { Message } from "../../api/types";
import { plainText } from "../../ui/markdown/parse";

const CHARS_MAX = 160;

type Said = Pick<Message, "text" | "attachments"> & { deleted?: boolean };

/** Its text as it is spoken, then the names of its files. */
export function wordsOf(message: Said, most = CHARS_MAX): string {
  if (message.deleted) return t.message.deleted;
  const text = plainText(message.text).slice(0, most);
  const names = message.attachments.map((file) => file.name).join(", ");
  return [text, names && spokenTexts().files(names)].filter(Boolean).join(" ");
}
