// A directory, this server's or another's, page by page.

import { useCallback } from "react";
import { list_directory } from "../../api/operations";
import type { DirectoryEntry } from "../../api/types";
import { type Page, usePages } from "./usePages";

const PAGE = 40;

const idOf = ({ id }: DirectoryEntry) => id;

export function useDirectory(query: string, server: string | null) {
  const load = useCallback(
    async (text: string, cursor?: string): Promise<Page<DirectoryEntry>> => {
      const from = { ...(cursor ? { cursor } : {}), ...(server ? { server } : {}) };
      const { channels, next } = await list_directory({ query: text, limit: PAGE, ...from });
      return { rows: channels, next };
    },
    [server],
  );
  const { rows, failed, more } = usePages(query, load, idOf);
  return { loaded: rows !== null, failed, channels: rows ?? [], showMore: more };
}
