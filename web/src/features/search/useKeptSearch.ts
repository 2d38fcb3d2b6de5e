import { useEffect, useState } from "react";
import { layers } from "../app/route";

interface Search {
  query: string;
  /** Only in the conversation that is shown. */
  here: boolean;
  best: boolean;
}

/** What was looked for last, and in which step of the history: whoever comes back to that one finds it again. */
let kept: { step: string; given: string; search: Search } | null = null;

/** On a small screen a hit takes the panel's place, and Back opens another panel than the one that was left. */
export function useKeptSearch(given: string): readonly [Search, (change: Partial<Search>) => void] {
  const [search, setSearch] = useState<Search>(() =>
    kept && kept.step === layers.at && kept.given === given
      ? kept.search
      : { query: given, here: false, best: false },
  );
  useEffect(() => {
    kept = { step: layers.at, given, search };
  }, [given, search]);
  return [search, (change) => setSearch((before) => ({ ...before, ...change }))];
}
