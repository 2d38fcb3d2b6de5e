// What is said of files for who can't see or hear them. Pure.

import type { Attachment } from "../../api/types";
import { descriptionTexts } from "../../i18n/descriptions";
import { straight } from "../../lib/bidi";
import { isPictureType } from "./pictures";

/** Control characters, of which the server takes line breaks only. */
const CONTROLS = /[^\P{Cc}\n]/gu;

/** Whether a file is one that is looked at, watched or listened to, rather than opened elsewhere. */
export const isDescribable = (type: string): boolean => isPictureType(type) || /^(video|audio)\//.test(type);

/** As it is sent. Empty if nobody would see anything of it. */
export function written(text: string): string {
  const plain = text.replace(/\r\n?/g, "\n").replace(/\t/g, " ").replace(CONTROLS, "").trim();
  return straight(plain) === "" ? "" : plain;
}

/** As the server counts. */
export const charsOf = (text: string): number => Array.from(text).length;

type Named = Pick<Attachment, "name" | "description">;

/** In one line, to stand in a label. */
export const saidOf = ({ description = "" }: Named): string =>
  straight(description).replace(/\s+/g, " ").trim();

/** `label` names the file, or what is done with it. */
export function withDescription(label: string, file: Named): string {
  const said = saidOf(file);
  return said === "" ? label : descriptionTexts().labelled(label, said);
}

/** At a blank, where there is one near the end. */
export function shortened(text: string, most: number): string {
  const chars = Array.from(text);
  if (chars.length <= most) return text;
  const start = chars.slice(0, most).join("");
  const blank = start.lastIndexOf(" ");
  return `${(blank > start.length / 2 ? start.slice(0, blank) : start).trimEnd()}…`;
}
