import { useEffect, useState } from "react";
import { list_directory } from "../../api/operations";
import type { DirectoryEntry } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useClient } from "./context";
import { go } from "./route";

const SHOWN_MAX = 4;

/** Where one may simply go in: a press from the first message. Nothing where there is no such place yet. */
export default function FirstChannels() {
  const client = useClient();
  const [channels, setChannels] = useState<readonly DirectoryEntry[]>([]);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    let current = true;
    // Without an answer the ways that are always there remain.
    list_directory({ limit: 40 }).then(
      (page) => current && setChannels(mostPeopled(page.channels)),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, []);
  if (channels.length === 0) return null;
  const join = async (id: string) => {
    setBusy(true);
    if (await client.actions.join(id)) go(id);
    else setBusy(false);
  };
  return (
    <section className="first-channels" aria-labelledby="first-channels">
      <h2 id="first-channels">{t.welcome.joinOne}</h2>
      <ul className="directory">
        {channels.map(({ id, name, topic, member_count }) => (
          <li key={id} className="directory-row">
            <Icon name="hash" />
            <div className="directory-text">
              <div className="directory-name truncate">{name}</div>
              <div className="directory-topic truncate">
                {t.channel.members(member_count)}
                {topic ? ` · ${topic}` : ""}
              </div>
            </div>
            <Button
              size="small"
              variant="primary"
              isDisabled={busy}
              aria-label={`${t.directory.join} ${name}`}
              onPress={() => void join(id)}
            >
              {t.directory.join}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

const mostPeopled = (channels: readonly DirectoryEntry[]): DirectoryEntry[] =>
  channels
    .filter(({ policy, membership }) => policy.join === "open" && membership !== "joined")
    .sort((a, b) => b.member_count - a.member_count)
    .slice(0, SHOWN_MAX);
