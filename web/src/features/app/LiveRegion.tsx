import { useEffect, useState } from "react";
import { useClient } from "./context";
import { announcement } from "./announcing";
import { layers } from "./route";

/** Reads what arrives to those who listen instead of look. */
export function LiveRegion({ active }: { active: string | null }) {
  const client = useClient();
  // Counted, because the same words twice are told twice only when they are put in anew.
  const [said, setSaid] = useState({ text: "", count: 0 });
  useEffect(() => {
    return client.hear((heard) => {
      const { panel } = layers.get();
      const here = { channel: active, thread: panel?.kind === "thread" ? panel.root : null };
      const text = announcement(heard, client.store.getState(), here);
      if (text) setSaid(({ count }) => ({ text, count: count + 1 }));
    });
  }, [client, active]);
  return (
    <div className="visually-hidden" role="log" aria-live="polite" aria-atomic="true" data-testid="announcer">
      <span key={said.count}>{said.text}</span>
    </div>
  );
}
