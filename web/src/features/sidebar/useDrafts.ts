import { useEffect, useMemo, useState } from "react";
import { storedKeys } from "../../lib/storage";
import { useClient } from "../app/context";

/** Channels in which something was begun and not sent. Looked up when one goes elsewhere, or writes elsewhere. */
export function useDrafts(active: string | null): ReadonlySet<string> {
  const client = useClient();
  const [changes, setChanges] = useState(0);
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
    const found = new Set(storedKeys(prefix).map((key) => key.slice(prefix.length)));
    // Where one is, one sees what one writes.
    if (active) found.delete(active);
    return found;
  }, [client, active, changes]);
}
