import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { storedKeys } from "../../lib/storage";
import { useClient } from "../app/context";

/** Channels in which something was begun and not sent. Looked up when one goes elsewhere, or writes elsewhere, and when files come or are sent. */
export function useDrafts(active: string | null): ReadonlySet<string> {
  const client = useClient();
  const [changes, setChanges] = useState(0);
  const files = useSyncExternalStore(client.unfinished.subscribe, client.unfinished.withFiles);
  useEffect(() => {
    const prefix = client.draftKey("");
    const onStorage = ({ key }: StorageEvent) => {
      if (key === null || key.startsWith(prefix)) setChanges((count) => count + 1);
    };
    addEventListener("storage", onStorage);
    return () => removeEventListener("storage", onStorage);
  }, [client]);
  return useMemo(() => {
    void changes;
    const prefix = client.draftKey("");
    const texts = storedKeys(prefix).map((key) => key.slice(prefix.length));
    const found = new Set([...texts, ...files.split(" ").filter(Boolean)]);
    // Where one is, one sees what one writes.
    if (active) found.delete(active);
    return found;
  }, [client, active, changes, files]);
}
