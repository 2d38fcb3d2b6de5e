import { useEffect } from "react";
import type { Saved } from "../../api/types";
import { t } from "../../i18n";
import { remindersTexts } from "../../i18n/reminders";
import { savedTexts } from "../../i18n/saved";
import { timesTexts } from "../../i18n/times";
import { nearEntry, onceLost } from "../../lib/focus";
import { moment } from "../../lib/time";
import { EmptyState, ListSkeleton } from "../../ui/bits";
import { Button, IconButton } from "../../ui/Button";
import { MessageCard } from "../../ui/Card";
import { Failed } from "../../ui/Failed";
import { savedShown } from "../../store/saved";
import { channelName, displayName } from "../../store/selectors";
import { useClient, useSelect } from "../app/context";
import { visit } from "../app/route";
import { useView } from "../app/view";
import { useFailing } from "../conversation/useFailing";
import { toldOf, wordsOf } from "../conversation/words";
import { whenText } from "../times/times";
import { useMinutes } from "../times/useMinutes";
import { PanelFrame } from "./PanelFrame";
import { ReminderLine } from "./ReminderLine";

/** Of what a button says of its message. */
const LABEL_CHARS_MAX = 40;

/** Where one goes on once there are more: at what opens the next one, not at what takes one off. */
const afterEntry = (key: string) => () => {
  const entry = document.querySelector(`.panel [data-entry="${CSS.escape(key)}"]`);
  return (entry?.nextElementSibling ?? entry)?.querySelector<HTMLElement>("button");
};

export default function SavedPanel() {
  const client = useClient();
  const texts = savedTexts();
  const saved = useSelect((state) => state.saved);
  const channels = useSelect((state) => state.channels);
  const now = useMinutes();
  const { failed, fail, retry } = useFailing();
  useEffect(() => {
    if (saved.loaded || failed) return;
    const load = async () => (await client.saved.list()).load();
    load().then(
      (done) => done || fail(),
      (error: unknown) => fail(error),
    );
  }, [client, saved.loaded, failed, fail]);

  const items = savedShown({ saved, channels });
  const more = async () => {
    const following = afterEntry(items.at(-1)?.message.id ?? "");
    try {
      await (await client.saved.list()).more();
      // The button is gone with the last page.
      if (!client.store.getState().saved.next) onceLost(following);
    } catch (error) {
      client.actions.failed(error);
    }
  };
  return (
    <PanelFrame title={t.nav.saved}>
      <div className="panel-body scroll" data-testid="saved">
        {!saved.loaded && failed ? <Failed onRetry={retry} /> : null}
        {!saved.loaded && !failed ? <ListSkeleton label={t.common.loading} /> : null}
        {saved.loaded && items.length === 0 && !saved.next ? (
          <EmptyState title={texts.empty}>{texts.emptyText}</EmptyState>
        ) : null}
        <ul className="cards" aria-label={t.nav.saved}>
          {saved.loaded
            ? items.map((item) => <SavedCard key={item.message.id} item={item} now={now} />)
            : null}
        </ul>
        {saved.loaded && saved.next ? (
          <Button wide variant="quiet" onPress={() => void more()}>
            {t.directory.more}
          </Button>
        ) : null}
      </div>
    </PanelFrame>
  );
}

function SavedCard({ item, now }: { item: Saved; now: number }) {
  const { channel: id, message, remind_ts } = item;
  const client = useClient();
  const view = useView();
  const texts = savedTexts();
  const reminders = remindersTexts();
  const user = useSelect((state) => state.users[message.sender]);
  const channel = useSelect((state) => state.channels[id]);
  const name = displayName(user, message.sender);
  const place = channel ? channelName(client.store.getState(), channel) : "";
  const where = channel?.info.kind === "channel" ? `#${place}` : place;
  const words = wordsOf(message, LABEL_CHARS_MAX);
  const due = remind_ts === null ? null : reminders.card(whenText(remind_ts, now, timesTexts()));
  const remind = () => view.openDialog({ kind: "remind", channel: id, message: message.id });
  const remove = () => {
    onceLost(nearEntry(message.id));
    void client.saved.set(message, false);
  };
  return (
    <MessageCard
      entry={message.id}
      author={{ id: message.sender, name }}
      when={moment(message.ts, now)}
      {...(place && where !== name ? { where } : {})}
      words={wordsOf(message)}
      {...(due ? { about: due } : {})}
      onOpen={() => visit(id, message.id)}
      tools={
        <>
          <IconButton icon="clock" size="small" label={reminders.label(words)} onPress={remind} />
          <IconButton icon="close" size="small" label={texts.removeLabel(words)} onPress={remove} />
        </>
      }
    >
      {due ? <ReminderLine>{due}</ReminderLine> : null}
      <p className="card-text">{toldOf(message)}</p>
    </MessageCard>
  );
}
