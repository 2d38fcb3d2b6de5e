// What a message says, in a few words: for labels and announcements.

import { t } from "../../i18n";
import { spokenTexts } from "../../i18n/spoken";
import type { Message } from "../../api/types";
import { straight } from "../../lib/bidi";
import { plainText } from "../../ui/markdown/parse";
import { saidOf, shortened } from "../files/descriptions";

const CHARS_MAX = 160;
const TOLD_CHARS_MAX = 500;
/** Of what is said of a file, however many there are. */
const DESCRIPTION_CHARS_MIN = 40;

type Said = Pick<Message, "text" | "attachments"> & { deleted?: boolean };

/** Its text as it is spoken, then its files. */
export function wordsOf(message: Said, most = CHARS_MAX): string {
  if (message.deleted) return t.message.deleted;
  const text = plainText(message.text).slice(0, most);
  const files = filesOf(message, most);
  return [text, files && spokenTexts().files(files)].filter(Boolean).join(" ");
}

/** The same for the eye, where it stands in a few lines: what it says, or else what it carries. */
export const toldOf = (message: Said): string =>
  plainText(message.text).slice(0, TOLD_CHARS_MAX) || filesOf(message, TOLD_CHARS_MAX);

/** What a picture shows says more than its name. */
export function filesOf({ attachments }: Pick<Message, "attachments">, most: number): string {
  const each = Math.max(DESCRIPTION_CHARS_MIN, Math.floor(most / attachments.length));
  return attachments.map((file) => shortened(saidOf(file), each) || straight(file.name)).join(", ");
}
