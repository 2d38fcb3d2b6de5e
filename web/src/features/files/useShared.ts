import { useCallback, useEffect, useState } from "react";
import { list_files } from "../../api/operations";
import type { FileKind } from "../../api/types";
import { useClient } from "../app/context";
import { useFailing } from "../conversation/useFailing";
import { type Listed, SharedFiles } from "./shared";

const PAGE_FILES = 60;

/** The files of a channel, kept up to date. Another kind takes another component. */
export function useShared(channel: string, kind: FileKind | null) {
  const client = useClient();
  const [listed, setListed] = useState<Listed | null>(null);
  const { failed, fail, retry } = useFailing();
  const [files] = useState(() => {
    const ask = (cursor: string | null) =>
      list_files(channel, {
        limit: PAGE_FILES,
        ...(kind ? { kind } : {}),
        ...(cursor === null ? {} : { cursor }),
      });
    const list = (now: Listed) => {
      client.people.need(now.rows.map(({ sender }) => sender));
      setListed(now);
    };
    return new SharedFiles(channel, kind, ask, { list, failed: fail });
  });
  useEffect(
    () => client.store.follow((action) => action.type === "frames" && files.hear(action.frames)),
    [client, files],
  );
  const missing = listed === null;
  useEffect(() => {
    if (missing && !failed) void files.load();
  }, [files, missing, failed]);
  const more = useCallback(
    () =>
      files.more().then(
        () => true,
        (error: unknown) => {
          client.actions.failed(error);
          return false;
        },
      ),
    [files, client],
  );
  return { listed, failed, retry, more };
}
