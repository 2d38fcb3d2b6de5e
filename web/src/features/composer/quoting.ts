// Takes what somebody said into the text that is being written.

import { useEffect, useEffectEvent } from "react";

interface Quote {
  place: string;
  text: string;
}

/** `place`: whose draft, as the composer names it. */
export function quoteInto(place: string, text: string): void {
  dispatchEvent(new CustomEvent<Quote>("loggia:quote", { detail: { place, text } }));
}

export function useQuotes(place: string, onQuote: (text: string) => void): void {
  const take = useEffectEvent(onQuote);
  useEffect(() => {
    const onEvent = (event: Event) => {
      const { detail } = event as CustomEvent<Quote>;
      if (detail.place === place) take(detail.text);
    };
    addEventListener("loggia:quote", onEvent);
    return () => removeEventListener("loggia:quote", onEvent);
  }, [place]);
}

/** The draft with the quoted lines below it, and room to answer. */
export function quoted(draft: string, text: string): string {
  const lines = text.trim().split("\n");
  const before = draft.trimEnd();
  return `${before === "" ? "" : `${before}\n\n`}${lines.map((line) => `> ${line}`.trimEnd()).join("\n")}\n\n`;
}
