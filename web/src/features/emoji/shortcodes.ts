// Reactions that a program gave by their names: `:tada:` is drawn as what it stands for, where it is known.

import { useEffect, useState } from "react";
import type { Reaction } from "../../api/types";

/** `emoji` is what is drawn, and what one gives oneself; `mine`, as what one has given it. */
interface Alike {
  emoji: string;
  all: string[];
  users: string[];
  count: number;
  mine: string[];
}

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

/** Those that are drawn alike are one: a program's `:tada:`, and the 🎉 that somebody has chosen. */
export function alike(reactions: readonly Reaction[], sign: (emoji: string) => string): Alike[] {
  const all = new Map<string, Reaction[]>();
  for (const each of reactions) {
    const key = sign(each.emoji);
    all.set(key, [...(all.get(key) ?? []), each]);
  }
  return [...all].map(([emoji, of]) => {
    const named = of.flatMap(({ users }) => users);
    const users = [...new Set(named)];
    const mine = of.filter(({ me }) => me).map(({ emoji: own }) => own);
    // Who has given both is one all the same.
    const count = of.reduce((sum, each) => sum + each.count, users.length - named.length);
    return { emoji, all: of.map(({ emoji: each }) => each), users, count, mine };
  });
}

export function signOf(emoji: string, find: Find | null): string {
  const code = CODE.exec(emoji)?.[1];
  return (code && find?.(code)) || emoji;
}
