// The channel's main window: loading, opening at the first unread, jumping.

import { memo, useCallback, useDeferredValue, useEffect, useLayoutEffect, useMemo, useState } from "react";
import { t } from "../../i18n";
import { TimelineSkeleton } from "../../ui/bits";
import { Failed } from "../../ui/Failed";
import type { ChannelState, ConnectionState, OutboxItem } from "../../store/state";
import { useClient, useMe, useSelect } from "../app/context";
import { unname } from "../app/route";
import { useView } from "../app/view";
import { Beginning } from "./Beginning";
import { MessageList } from "./MessageList";
import { openingOf } from "./opening";
import { buildRows } from "./rows";
import { useJump } from "./useJump";
import { TimelineFailed } from "./TimelineFailed";
import { useOpening } from "./useOpening";
import { useOrigin, useReturn } from "./useOrigin";
import { usePresent } from "./usePresent";
import { useReading } from "./useReading";
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

export function MainTimeline(props: MainTimelineProps) {
  const { channel, target } = props;
  const { opened, needed, failed, retry } = useOpening(channel, target);
  if (!channel.main || !opened) {
    return failed ? <TimelineFailed onRetry={retry} /> : <TimelineSkeleton label={t.timeline.loading} />;
  }
  return (
    <>
      <Loaded {...props} />
      {/* What was missed is not there, and what comes now stands right behind what was there before. */}
      {failed && needed ? <Failed onRetry={retry} /> : null}
    </>
  );
}

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
  const reading = useReading(info, { seen, stale: main?.stale ?? false, connection });
  const { marker, returned, led } = reading;

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
  const [openAt] = useState(() =>
    main ? openingOf(main, { target, left: client.places.of(id) }, hasLine) : null,
  );
  const scroll = useScroll({ rows, live, openAt, onNearStart: older, onNearEnd: newer });
  const { toEnd, toRow, toNew, toPlace, place, atEnd } = scroll;
  useLayoutEffect(() => () => client.places.keep(id, place()), [client, id, place]);
  if (seen !== (atEnd && live)) setSeen(atEnd && live);
  useLayoutEffect(() => {
    if (!returned) return;
    led();
    if (hasLine) toNew();
  }, [returned, led, hasLine, toNew]);

  // What arrives while one reads further up, or is away, must not push out what is read.
  const held = !atEnd || connection.state !== "online";
  const holding = main?.held ?? false;
  useEffect(() => {
    if (held !== holding) client.store.dispatch({ type: "window_held", channel: id, held });
  }, [client, id, held, holding]);

  const origin = useOrigin(target, place);
  const end = useCallback(() => {
    origin.forget();
    unname(id);
    toEnd();
  }, [origin, id, toEnd]);
  const present = usePresent(id, undefined, end);
  useReturn(id, target, origin, toPlace, present);
  const { flash, onJump } = useJump(id, target, { toRow, reveal, remember: origin.remember, present });
  const onDay = useCallback((ts: number) => openDialog({ kind: "date", channel: id, ts }), [openDialog, id]);

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
