import { useEffect, useState } from "react";
import { t } from "../../i18n";
import { plainText } from "../../ui/markdown/parse";
import { displayName } from "../../store/selectors";
import { useClient } from "./context";

const SPOKEN_MAX = 200;

/** Reads new messages of the open conversation to those who listen instead of look. */
export function LiveRegion({ active }: { active: string | null }) {
  const client = useClient();
  // Counted, because the same words twice are told twice only when they are put in anew.
  const [said, setSaid] = useState({ text: "", count: 0 });
  useEffect(() => {
    return client.hear(({ messages }) => {
      const { me, users, blocked } = client.store.getState();
      const heard = messages.filter(
        ({ channel, sender }) => channel === active && sender !== me?.id && !blocked[sender],
      );
      const [only] = heard;
      if (!only) return;
      const name = displayName(users[only.sender], only.sender);
      const words = plainText(only.text).slice(0, SPOKEN_MAX);
      const text =
        heard.length === 1 ? t.timeline.announce(name, words) : t.timeline.announceMany(heard.length);
      setSaid(({ count }) => ({ text, count: count + 1 }));
    });
  }, [client, active]);
  return (
    <div className="visually-hidden" role="log" aria-live="polite" aria-atomic="true" data-testid="announcer">
      <span key={said.count}>{said.text}</span>
    </div>
  );
}
