// Changes what is being written from elsewhere.

import { useEffect, useEffectEvent } from "react";

type Change = (draft: string) => string;

interface Put {
  place: string;
  change: Change;
}

/** `place`: whose draft, as the composer names it. */
const putInto = (place: string, change: Change) =>
  dispatchEvent(new CustomEvent<Put>("loggia:put", { detail: { place, change } }));

/** Takes what somebody said into the text. */
export const quoteInto = (place: string, text: string) => putInto(place, (draft) => quoted(draft, text));

/** Calls somebody by the name that a mention has. */
export const mentionInto = (place: string, name: string) => putInto(place, (draft) => mentioned(draft, name));

export function useChanges(place: string, onChange: (change: Change) => void): void {
  const take = useEffectEvent(onChange);
  useEffect(() => {
    const onEvent = (event: Event) => {
      const { detail } = event as CustomEvent<Put>;
      if (detail.place === place) take(detail.change);
    };
    addEventListener("loggia:put", onEvent);
    return () => removeEventListener("loggia:put", onEvent);
  }, [place]);
}

/** The draft with the quoted lines below it, and room to answer. */
export function quoted(draft: string, text: string): string {
  const lines = text.trim().split("\n");
  const before = draft.trimEnd();
  return `${before === "" ? "" : `${before}\n\n`}${lines.map((line) => `> ${line}`.trimEnd()).join("\n")}\n\n`;
}

/** The draft with a mention behind it, and room to go on. */
export const mentioned = (draft: string, name: string): string =>
  `${draft}${/^$|\s$/.test(draft) ? "" : " "}${name} `;
