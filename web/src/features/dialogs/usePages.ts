import { useState } from "react";
import { useClient } from "../app/context";
import { useSearch } from "./useSearch";

export interface Page<T> {
  rows: T[];
  next: string | null;
}

interface Pages<T> {
  /** Null until the first page is there. */
  rows: T[] | null;
  failed: unknown;
  /** Loads the next page; null when there is none. */
  more: (() => void) | null;
  /** A row as it is now. */
  replace: (row: T) => void;
  /** A row is no more. */
  remove: (row: T) => void;
}

/** A list that is searched and loaded page by page. `load` must stay the same function. */
export function usePages<T>(
  query: string,
  load: (query: string, cursor?: string) => Promise<Page<T>>,
  idOf: (row: T) => string,
): Pages<T> {
  const client = useClient();
  const { found, failed } = useSearch(query, load);
  const [grown, setGrown] = useState<{ after: unknown; rows: T[]; next: string | null } | null>(null);
  const now = grown?.after === found ? grown : found ? { after: found, ...found } : null;

  const more = async (cursor: string) => {
    try {
      const page = await load(query.trim(), cursor);
      setGrown({ after: found, rows: [...(now?.rows ?? []), ...page.rows], next: page.next });
    } catch (error) {
      client.actions.failed(error);
    }
  };

  const next = now?.next ?? null;
  return {
    rows: now?.rows ?? null,
    failed,
    more: next === null ? null : () => void more(next),
    replace: (row) => {
      if (!now) return;
      const rows = now.rows.map((each) => (idOf(each) === idOf(row) ? row : each));
      setGrown({ ...now, rows });
    },
    remove: (row) => {
      if (now) setGrown({ ...now, rows: now.rows.filter((each) => idOf(each) !== idOf(row)) });
    },
  };
}
