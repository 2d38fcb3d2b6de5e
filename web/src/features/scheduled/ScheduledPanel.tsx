import { useEffect, useMemo, useRef, useState } from "react";
import type { Scheduled } from "../../api/scheduled";
import { named, t } from "../../i18n";
import { scheduledTexts } from "../../i18n/scheduled";
import { timesTexts } from "../../i18n/times";
import { nearEntry, onceLost } from "../../lib/focus";
import { EmptyState, ListSkeleton } from "../../ui/bits";
import { IconButton } from "../../ui/Button";
import { ConfirmDialog } from "../../ui/Dialog";
import { Failed } from "../../ui/Failed";
import { useBackCloses } from "../../ui/popups";
import { scheduledShown } from "./order";
import { channelName } from "../../store/selectors";
import { useClient, useSelect } from "../app/context";
import { go } from "../app/route";
import { useFailing } from "../conversation/useFailing";
import { toldOf, wordsOf } from "../conversation/words";
import { PanelFrame } from "../panels/PanelFrame";
import { whenText } from "../times/times";
import { useMinutes } from "../times/useMinutes";
import WhenDialog from "../times/WhenDialog";
import { change, DAYS_MAX, load, remove, sendNow } from "./sending";
import "./scheduled.css";

/** Of what a button says of its message. */
const LABEL_CHARS_MAX = 40;

export default function ScheduledPanel() {
  const client = useClient();
  const texts = scheduledTexts();
  const scheduled = useSelect((state) => state.scheduled);
  const items = useMemo(() => scheduledShown({ scheduled }), [scheduled]);
  const now = useMinutes();
  const { failed, fail, retry } = useFailing();
  useEffect(() => {
    if (!scheduled.loaded && !failed) load(client).catch(fail);
  }, [client, scheduled.loaded, failed, fail]);
  return (
    <PanelFrame title={texts.title}>
      <div className="panel-body scroll" data-testid="scheduled">
        {!scheduled.loaded && failed ? <Failed onRetry={retry} /> : null}
        {!scheduled.loaded && !failed ? <ListSkeleton label={t.common.loading} /> : null}
        {scheduled.loaded && items.length === 0 ? (
          <EmptyState title={texts.empty}>{texts.emptyText}</EmptyState>
        ) : null}
        <ul className="cards" aria-label={texts.title}>
          {scheduled.loaded ? items.map((item) => <Card key={item.id} item={item} now={now} />) : null}
        </ul>
      </div>
    </PanelFrame>
  );
}

function Card({ item, now }: { item: Scheduled; now: number }) {
  const texts = scheduledTexts();
  const place = usePlace(item.channel);
  const when = item.send_ts <= now && !item.failed ? texts.due : whenText(item.send_ts, now, timesTexts());
  const where = item.thread ? `${place.name} (${texts.inThread})` : place.name;
  return (
    <li className="scheduled-card" data-entry={item.id} data-failed={item.failed ? "" : undefined}>
      <p className="scheduled-head">
        {place.known ? (
          <button type="button" className="scheduled-where" onClick={() => go(item.channel)}>
            {where}
          </button>
        ) : (
          <span className="scheduled-where">{where}</span>
        )}
        <span className="scheduled-when">{when}</span>
      </p>
      <p className="card-text">{toldOf(item)}</p>
      {item.failed ? (
        <p className="scheduled-failed">
          {texts.failed(named(t.problems, item.failed) ?? t.problems.unknown)}
        </p>
      ) : null}
      <Tools item={item} />
    </li>
  );
}

function usePlace(id: string): { name: string; known: boolean } {
  const client = useClient();
  const channel = useSelect((state) => state.channels[id]);
  if (!channel) return { name: scheduledTexts().elsewhere, known: false };
  const name = channelName(client.store.getState(), channel);
  return { name: channel.info.kind === "channel" ? `#${name}` : name, known: true };
}

function Tools({ item }: { item: Scheduled }) {
  const client = useClient();
  const texts = scheduledTexts();
  const [open, setOpen] = useState<"edit" | "remove" | null>(null);
  const busy = useRef(false);
  const close = () => setOpen(null);
  useBackCloses(open === "remove", close, { always: true });
  const words = wordsOf(item, LABEL_CHARS_MAX);
  /** What takes it off the list: the focus goes on beside it. */
  const take = async (act: () => Promise<boolean>) => {
    if (busy.current) return;
    busy.current = true;
    const beside = nearEntry(item.id);
    if (await act()) onceLost(beside);
    busy.current = false;
  };
  const edited = ({ ts, text }: { ts: number; text: string }) =>
    change(client, item.id, {
      ...(text === item.text ? {} : { text }),
      ...(ts === item.send_ts ? {} : { send_ts: ts }),
    });
  return (
    <div className="scheduled-tools">
      <IconButton icon="edit" size="small" label={texts.editLabel(words)} onPress={() => setOpen("edit")} />
      <IconButton
        icon="send"
        size="small"
        label={texts.sendLabel(words)}
        onPress={() => void take(() => sendNow(client, item.id))}
      />
      <IconButton
        icon="trash"
        size="small"
        label={texts.removeLabel(words)}
        onPress={() => setOpen("remove")}
      />
      {open === "edit" ? (
        <WhenDialog
          title={texts.editTitle}
          action={t.common.save}
          ts={item.send_ts}
          days={DAYS_MAX}
          text={item.text}
          mayBeEmpty={item.attachments.length > 0}
          onSubmit={edited}
          onClose={close}
        />
      ) : null}
      {open === "remove" ? (
        <ConfirmDialog
          title={texts.removeTitle}
          text={texts.removeText}
          action={texts.remove}
          onConfirm={() => {
            close();
            void take(() => remove(client, item.id));
          }}
          onClose={close}
        />
      ) : null}
    </div>
  );
}
