// Threads that one follows and in which something is new, above what one was notified of.

import { useEffect, useState } from "react";
import type { FollowedThread } from "../../api/types";
import { t } from "../../i18n";
import { threadTexts } from "../../i18n/threads";
import { moment } from "../../lib/time";
import { Badge } from "../../ui/bits";
import { Button } from "../../ui/Button";
import { MessageCard } from "../../ui/Card";
import { channelName, displayName, threadNews } from "../../store/selectors";
import { useClient, useSelect } from "../app/context";
import { go } from "../app/route";
import { toldOf, wordsOf } from "../conversation/words";
import { useView } from "../app/view";

interface Found {
  threads: FollowedThread[];
  next: string | null;
}

const NOTHING: Found = { threads: [], next: null };

export function InboxThreads() {
  const client = useClient();
  const texts = threadTexts();
  const news = useSelect(threadNews);
  const [found, setFound] = useState<Found>(NOTHING);
  useEffect(() => {
    let wanted = true;
    client.threads.news().then(
      (page) => wanted && setFound(page),
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [client, news]);
  const states = useSelect((state) => state.threadStates);
  const fresh = found.threads.filter(({ root }) => (states[root.id]?.unread ?? 0) > 0);
  if (fresh.length === 0) return null;
  const more = async () => {
    if (!found.next) return;
    const page = await client.threads.news(found.next).catch(() => NOTHING);
    setFound({ threads: [...found.threads, ...page.threads], next: page.next });
  };
  return (
    <section className="inbox-threads" aria-label={texts.title} data-testid="inbox-threads">
      <h3 className="panel-section">{texts.title}</h3>
      <ul className="cards">
        {fresh.map((thread) => (
          <ThreadCard key={thread.root.id} thread={thread} />
        ))}
      </ul>
      {found.next ? (
        <Button wide variant="quiet" onPress={() => void more()}>
          {t.directory.more}
        </Button>
      ) : null}
    </section>
  );
}

function ThreadCard({ thread: { root, read } }: { thread: FollowedThread }) {
  const client = useClient();
  const view = useView();
  const texts = threadTexts();
  const user = useSelect((state) => state.users[root.sender]);
  const channel = useSelect((state) => state.channels[root.channel]);
  const state = useSelect((known) => known.threadStates[root.id]) ?? read;
  const [now] = useState(() => Date.now());
  const name = displayName(user, root.sender);
  const place = channel ? channelName(client.store.getState(), channel) : "";
  return (
    <MessageCard
      author={{ id: root.sender, name }}
      when={moment(state.last_ts, now)}
      {...(place ? { where: channel?.info.kind === "channel" ? `#${place}` : place } : {})}
      fresh
      about={`${t.thread.title}: ${t.thread.fresh(state.unread)}`}
      words={wordsOf(root)}
      onOpen={() => {
        go(root.channel);
        view.setPanel({ kind: "thread", channel: root.channel, root: root.id });
      }}
    >
      {root.deleted ? (
        <p className="tombstone">{t.message.deleted}</p>
      ) : (
        <p className="card-text">{toldOf(root)}</p>
      )}
      <p className="thread-news">
        {t.thread.fresh(state.unread)}
        {state.mentions > 0 ? (
          <Badge count={state.mentions} loud label={texts.mentions(state.mentions)} />
        ) : null}
      </p>
    </MessageCard>
  );
}
