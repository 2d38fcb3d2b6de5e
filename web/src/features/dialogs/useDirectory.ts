// A directory, this server's or another's, page by page.

import { useCallback, useState } from "react";
import { list_directory } from "../../api/operations";
import type { DirectoryEntry } from "../../api/types";
import { useClient } from "../app/context";
import { useSearch } from "./useSearch";

const PAGE = 40;

export function useDirectory(query: string, server: string | null) {
  const client = useClient();
  const search = useCallback(
    (text: string) => list_directory({ query: text, limit: PAGE, ...(server ? { server } : {}) }),
    [server],
  );
  const { found, failed } = useSearch(query, search);
  const [more, setMore] = useState<{
    after: unknown;
    channels: DirectoryEntry[];
    next: string | null;
  } | null>(null);
  const grown = more && more.after === found ? more : null;
  const channels = [...(found?.channels ?? []), ...(grown?.channels ?? [])];
  const next = grown ? grown.next : (found?.next ?? null);

  const showMore = async () => {
    if (!next) return;
    try {
      const from = { query: query.trim(), limit: PAGE, cursor: next, ...(server ? { server } : {}) };
      const page = await list_directory(from);
      setMore({ after: found, channels: [...(grown?.channels ?? []), ...page.channels], next: page.next });
    } catch (error) {
      client.actions.failed(error);
    }
  };

  return { loaded: found !== null, failed, channels, showMore: next ? showMore : null };
}
