// What a text can refer to besides people: channels by name, and addresses that lead to a place in this client.

import { createContext } from "react";

export interface References {
  /** `general` of `#general`, or `general:b.example`: where it leads, or null when it is only text. */
  channel: (name: string) => (() => void) | null;
  /** An address of this client: opens it here. */
  inside: (url: string) => (() => void) | null;
}

export const References = createContext<References>({ channel: () => null, inside: () => null });

const PERSON = String.raw`@[\p{L}\p{N}._-]*[\p{L}\p{N}_]`;
const CHANNEL = String.raw`(?<![\p{L}\p{N}_/#&])#[\p{L}\p{N}](?:[\p{L}\p{N}._-]*[\p{L}\p{N}_])?`;
const SERVER = String.raw`(?::[a-z0-9.-]*[a-z0-9](?::\d+)?)?`;

/** A text cut so that the pieces at odd places look like names of people or channels. */
export const splitNames = (text: string): string[] =>
  text.split(new RegExp(`((?:${PERSON}|${CHANNEL})${SERVER})`, "iu"));
