import { useEffect, useState } from "react";
import type { Notification } from "../../api/types";
import { t } from "../../i18n";
import { remindersTexts } from "../../i18n/reminders";
import { moment } from "../../lib/time";
import { EmptyState, ListSkeleton } from "../../ui/bits";
import { Button, IconButton } from "../../ui/Button";
import { Failed } from "../../ui/Failed";
import { MessageCard } from "../../ui/Card";
import { channelName, displayName, inboxCount, shownInInbox, threadNews } from "../../store/selectors";
import { useClient, useSelect } from "../app/context";
import { visit } from "../app/route";
import { toldOf, wordsOf } from "../conversation/words";
import { useFailing } from "../conversation/useFailing";
import { InboxThreads } from "./InboxThreads";
import { PanelFrame } from "./PanelFrame";
import { ReminderLine } from "./ReminderLine";

export default function InboxPanel() {
  const client = useClient();
  const inbox = useSelect((state) => state.inbox);
  const { failed, fail, retry } = useFailing();
  useEffect(() => {
    if (!failed) void client.actions.loadInbox().then((done) => done || fail());
  }, [client, failed, fail]);

  const unread = useSelect(inboxCount);
  const inThreads = useSelect(threadNews);
  const blocked = useSelect((state) => state.blocked);
  const items = shownInInbox({ inbox, blocked });
  const [newest] = inbox.items;
  const next = inbox.next;
  return (
    <PanelFrame
      title={t.inbox.title}
      actions={
        unread > 0 && newest ? (
          <IconButton
            icon="check"
            label={t.inbox.markAll}
            onPress={() => void client.actions.readInbox(newest.id)}
          />
        ) : null
      }
    >
      <div className="panel-body scroll">
        <InboxThreads />
        {!inbox.loaded && failed ? <Failed onRetry={retry} /> : null}
        {!inbox.loaded && !failed ? <ListSkeleton label={t.common.loading} /> : null}
        {inbox.loaded && items.length + inThreads === 0 && !next ? (
          <EmptyState title={t.inbox.empty} />
        ) : null}
        <ul className="cards">
          {items.map((item) => (
            <InboxCard key={item.id} item={item} />
          ))}
        </ul>
        {next ? (
          <Button wide variant="quiet" onPress={() => void client.actions.loadInbox(next)}>
            {t.directory.more}
          </Button>
        ) : null}
      </div>
    </PanelFrame>
  );
}

function InboxCard({ item }: { item: Notification }) {
  const client = useClient();
  const { message } = item;
  const users = useSelect((state) => state.users);
  const channel = useSelect((state) => state.channels[item.channel]);
  const [now] = useState(() => Date.now());
  const name = displayName(users[message.sender], message.sender);
  const place = channel ? channelName({ ...client.store.getState(), users }, channel) : "";
  const reminder = item.kind === "reminder" ? remindersTexts().told : null;
  return (
    <MessageCard
      author={{ id: message.sender, name }}
      when={moment(item.ts, now)}
      {...(channel?.info.kind === "channel" ? { where: `#${place}` } : {})}
      {...(reminder ? { about: reminder } : {})}
      fresh={!item.read}
      words={wordsOf(message)}
      onOpen={() => visit(item.channel, message.id)}
    >
      {reminder ? <ReminderLine>{reminder}</ReminderLine> : null}
      {message.deleted ? (
        <p className="tombstone">{t.message.deleted}</p>
      ) : (
        <p className="card-text">{toldOf(message)}</p>
      )}
    </MessageCard>
  );
}
