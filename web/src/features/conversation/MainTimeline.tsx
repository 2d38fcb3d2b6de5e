// The channel's main window: loading, opening at the first unread, jumping.

import { memo, useCallback, useDeferredValue, useEffect, useLayoutEffect, useMemo, useState } from "react";
import { ApiError } from "../../api/http";
import { t } from "../../i18n";
import { TimelineSkeleton } from "../../ui/bits";
import { Failed } from "../../ui/Failed";
import type { ChannelState, ConnectionState, OutboxItem } from "../../store/state";
import { useClient, useMe, useSelect } from "../app/context";
import { useView } from "../app/view";
import { Beginning } from "./Beginning";
import { MessageList } from "./MessageList";
import { buildRows } from "./rows";
import { useJump } from "./useJump";
import { TimelineFailed } from "./TimelineFailed";
import { useFailing } from "./useFailing";
import { usePresent } from "./usePresent";
import { type Reading, useReading } from "./useReading";
import { useOlder } from "./useOlder";
import { useScroll } from "./useScroll";
import { useVeil } from "./useVeil";
import { useUnsent } from "./waits";

interface MainTimelineProps {
  channel: ChannelState;
  name: string;
  target: string | null;
  /** Counts up when the person sends: the timeline goes to its end. */
  sent: number;
  editing: string | null;
  onEdit: (id: string | null) => void;
  onReply: (id: string) => void;
}

/** More unread than one page: open in the middle of the log, not at its end. */
const UNREAD_AROUND_MIN = 40;
const REPLAYING_MS = 2_000;

export function MainTimeline(props: MainTimelineProps) {
  const { channel, target } = props;
  const client = useClient();
  const id = channel.info.id;
  const { main } = channel;
  const { failed, fail, retry } = useFailing();
  const [first] = useState({ unread: channel.info.unread, readSeq: channel.info.read_seq });
  const needed = !main || main.stale;
  const [tries, setTries] = useState(0);
  // What the address names is looked for first: where it stands decides what is loaded, and where one opens.
  const [sought, setSought] = useState(
    () =>
      !target || (main !== null && (main.ids.includes(target) || Boolean(channel.messages[target]?.thread))),
  );

  useEffect(() => {
    if (!needed || failed || !sought) return;
    let again: ReturnType<typeof setTimeout> | undefined;
    const far =
      !client.store.getState().channels[id]?.main && first.unread > UNREAD_AROUND_MIN && first.readSeq > 0;
    const load = far ? client.timelines.around(id, first.readSeq) : client.timelines.latest(id);
    load.catch((error: unknown) => {
      const wait = waitOf(error);
      if (wait !== null) {
        again = setTimeout(() => setTries(tries + 1), wait);
        return;
      }
      fail(error);
    });
    return () => clearTimeout(again);
  }, [client, id, needed, failed, fail, sought, first, tries]);

  if (!main || !sought) {
    return failed ? (
      <TimelineFailed onRetry={retry} />
    ) : (
      <>
        <TimelineSkeleton label={t.timeline.loading} />
        {target && !sought ? <TargetLoader id={id} target={target} onDone={setSought} /> : null}
      </>
    );
  }
  return (
    <>
      <Loaded {...props} />
      {/* What was missed is not there, and what comes now stands right behind what was there before. */}
      {failed && needed ? <Failed onRetry={retry} /> : null}
    </>
  );
}

/** How long until a channel that is on its way here from another server may have something to show. */
const waitOf = (error: unknown): number | null =>
  error instanceof ApiError && error.code === "replaying" ? (error.retryAfterMs ?? REPLAYING_MS) : null;

/** What arrives is drawn when there is time: keys and pointer come first, and a drawing under way gives way to them. */
function Loaded(props: MainTimelineProps) {
  const { channel } = props;
  const outbox = useUnsent(channel.info.id);
  const connection = useSelect((state) => state.connection);
  // Together, so that one's own message is never in both and never in neither, and what was missed comes before the
  // connection is back.
  const shown = useDeferredValue(
    useMemo(() => ({ channel, outbox, connection }), [channel, outbox, connection]),
  );
  return <Timeline {...props} {...shown} />;
}

interface TargetLoaderProps {
  id: string;
  target: string;
  onDone: (sought: true) => void;
}

/** Loads what is around the message, unless it stands in a thread or cannot be had: then it is as without it. */
function TargetLoader({ id, target, onDone }: TargetLoaderProps) {
  const client = useClient();
  useEffect(() => {
    let wanted = true;
    const seek = async () => {
      const message = await client.timelines.message(id, target);
      if (message && !message.thread) await client.timelines.around(id, message.seq);
    };
    seek()
      .catch(() => undefined)
      .finally(() => {
        if (wanted) onDone(true);
      });
    return () => {
      wanted = false;
    };
  }, [client, id, target, onDone]);
  return null;
}

interface TimelineProps extends MainTimelineProps {
  outbox: readonly OutboxItem[];
  connection: ConnectionState;
}

/** The marker depends on whether the end is seen, the rows on the marker, the scroller on the rows: one knot, here. */
const Timeline = memo(function Timeline(props: TimelineProps) {
  const { channel, outbox, connection, name, target, sent, editing, onEdit, onReply } = props;
  const client = useClient();
  const { openDialog } = useView();
  const me = useMe()?.id ?? "";
  const { info, messages, main } = channel;
  const id = info.id;
  const [seen, setSeen] = useState(false);
  const reading: Reading = useReading(info, seen && !main?.stale, connection);
  const { marker } = reading;

  const { veil, onVeil, reveal } = useVeil(id, target);
  const rows = useMemo(() => {
    const pending = outbox.filter((item) => !item.thread);
    return main ? buildRows({ window: main, messages, outbox: pending, me, marker, veil }) : [];
  }, [main, messages, outbox, me, marker, veil]);
  const hasLine = rows.some((row) => row.kind === "new");
  const live = main ? !main.hasNewer : false;

  const { lo, hi } = main ?? {};
  const { failed, older, again } = useOlder(id, undefined, lo);
  const newer = useCallback(
    () => void client.timelines.newer(id, undefined, hi).catch(() => undefined),
    [client, id, hi],
  );
  const scroll = useScroll({
    rows,
    live,
    openAt: target && main?.ids.includes(target) ? target : hasLine ? "new" : null,
    onNearStart: older,
    onNearEnd: newer,
  });
  const { toEnd, toRow, atEnd } = scroll;
  if (seen !== (atEnd && live)) setSeen(atEnd && live);

  // What arrives while one reads further up must not push out what is read.
  const held = !atEnd;
  const holding = main?.held ?? false;
  useEffect(() => {
    if (held !== holding) client.store.dispatch({ type: "window_held", channel: id, held });
  }, [client, id, held, holding]);

  const { flash, onJump } = useJump(id, target, toRow, reveal);
  const onDay = useCallback((ts: number) => openDialog({ kind: "date", channel: id, ts }), [openDialog, id]);

  const present = usePresent(id, undefined, toEnd);

  const [answered, setAnswered] = useState(sent);
  if (answered !== sent) {
    setAnswered(sent);
    reading.clear();
  }
  useLeadingToPresent(id, sent, present);
  const skeleton = failed ? <Failed onRetry={again} /> : <TimelineSkeleton label={t.timeline.loading} />;

  return (
    <MessageList
      label={t.timeline.label(name)}
      channel={id}
      rows={rows}
      scroll={scroll}
      flash={flash}
      start={main?.hasOlder ? skeleton : <Beginning channel={channel} />}
      below={info.unread}
      live={live}
      onPresent={present}
      onReply={onReply}
      onJump={onJump}
      onDay={onDay}
      editing={editing}
      onEdit={onEdit}
      onVeil={onVeil}
    />
  );
});

/** What one sends, and what one calls read, leads to the end. */
function useLeadingToPresent(id: string, sent: number, present: () => void): void {
  useEffect(() => {
    if (sent > 0) present();
  }, [sent, present]);

  // Before anything is painted: who sees the messages and presses Esc is heard.
  useLayoutEffect(() => {
    const onRead = (event: Event) => {
      if ((event as CustomEvent<string>).detail === id) present();
    };
    addEventListener("loggia:read", onRead);
    return () => removeEventListener("loggia:read", onRead);
  }, [id, present]);
}
