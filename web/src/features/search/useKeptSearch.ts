import { useEffect, useState } from "react";
import { layers } from "../app/route";

interface Search {
  query: string;
  /** Only in the conversation that is shown. */
  here: boolean;
  best: boolean;
}

interface Kept {
  step: string;
  given: string;
  search: Search;
  /** How far down its results one was. */
  top: number;
}

/** What was looked for last, and in which step of the history: whoever comes back to that one finds it again. */
let kept: Kept | null = null;

interface KeptSearch {
  search: Search;
  change: (change: Partial<Search>) => void;
  /** Where one was in the results, for whoever comes back. */
  backAt: number | null;
  keepTop: (top: number) => void;
}

/** On a small screen a hit takes the panel's place, and Back opens another panel than the one that was left. */
export function useKeptSearch(given: string): KeptSearch {
  const [back] = useState(() =>
    kept && kept.step === layers.at && kept.given === given ? { ...kept } : null,
  );
  const [search, setSearch] = useState<Search>(back?.search ?? { query: given, here: false, best: false });
  useEffect(() => {
    kept = { step: layers.at, given, search, top: search === back?.search ? back.top : 0 };
  }, [given, search, back]);
  return {
    search,
    change: (change) => setSearch((before) => ({ ...before, ...change })),
    backAt: back?.top ?? null,
    keepTop,
  };
}

function keepTop(top: number): void {
  if (kept) kept.top = top;
}
