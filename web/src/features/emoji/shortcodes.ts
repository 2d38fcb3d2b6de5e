// Reactions that a program gave by their names: `:tada:` is drawn as what it stands for, where it is known.

import { useEffect, useState } from "react";

type Find = (code: string) => string | undefined;

const CODE = /^:([a-z0-9_+-]+):$/;

let known: Find | null = null;

/** The emoji that each is drawn as. The list of names is large: it is loaded when there is one. */
export function useSigns(reactions: readonly { emoji: string }[]): (emoji: string) => string {
  const [find, setFind] = useState<Find | null>(() => known);
  const wanted = find === null && reactions.some(({ emoji }) => CODE.test(emoji));
  useEffect(() => {
    if (!wanted) return;
    let current = true;
    import("./emoji").then(
      ({ charOf }) => {
        known = charOf;
        if (current) setFind(() => charOf);
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [wanted]);
  return (emoji) => signOf(emoji, find);
}

export function signOf(emoji: string, find: Find | null): string {
  const code = CODE.exec(emoji)?.[1];
  return (code && find?.(code)) || emoji;
}
