import { memo, useCallback, useDeferredValue, useEffect, useMemo, useState } from "react";
import { t } from "../../i18n";
import { TimelineSkeleton } from "../../ui/bits";
import { Failed } from "../../ui/Failed";
import { useChannel, useClient, useMe, useSelect } from "../app/context";
import { visit } from "../app/route";
import type { ReplyTarget } from "../app/view";
import { Composer } from "../composer/Composer";
import { useEditLast } from "../composer/useEditLast";
import { MessageList } from "../conversation/MessageList";
import { buildRows } from "../conversation/rows";
import { TimelineFailed } from "../conversation/TimelineFailed";
import { useCanPost } from "../conversation/useCanPost";
import { useFailing } from "../conversation/useFailing";
import { useOlder } from "../conversation/useOlder";
import { usePresent } from "../conversation/usePresent";
import { useScroll } from "../conversation/useScroll";
import { useVeil } from "../conversation/useVeil";
import { useUnsent } from "../conversation/waits";
import { placeOf } from "../../store/selectors";
import type { ChannelState, OutboxItem, Window } from "../../store/state";
import { FollowButton } from "./FollowButton";
import { PanelFrame } from "./PanelFrame";
import { useReplyTarget } from "./useReplyTarget";
import { useThreadReading } from "./useThreadReading";

/** More new replies than a page has: open at the first of them, not at the end. */
const UNREAD_AROUND_MIN = 40;

const nothing = () => undefined;

interface ThreadPanelProps {
  channel: string;
  root: string;
  target: ReplyTarget | null;
}

export default function ThreadPanel({ channel: id, root, target }: ThreadPanelProps) {
  const client = useClient();
  const known = useChannel(id);
  const place = useSelect((state) => placeOf(state, id));
  const pending = useUnsent(id);
  // As in the main timeline: keys first, and one's own message never in both and never in neither.
  const { channel, outbox } = useDeferredValue(
    useMemo(() => ({ channel: known, outbox: pending }), [known, pending]),
  );
  const window = channel?.threads[root];
  // One that was left further up does not open there again.
  const [left, setLeft] = useState(() => window?.hasNewer === true);
  const needed = !window || window.stale || left;
  const { failed, fail, retry } = useFailing();
  useEffect(() => {
    if (!needed || failed) return;
    const read = client.store.getState().threadStates[root];
    const first = target?.seq ?? (read && read.unread > UNREAD_AROUND_MIN ? read.read_seq : null);
    const load =
      first === null ? client.timelines.latest(id, root) : client.timelines.around(id, first, root);
    // What is at hand is better than nothing, though it may be further up than one wanted.
    load.catch(fail).finally(() => setLeft(false));
  }, [client, id, root, needed, failed, fail, target]);

  return (
    <PanelFrame title={t.thread.title} of={place} actions={<FollowButton channel={id} root={root} />}>
      {channel && window && !left ? (
        <>
          <Thread channel={channel} outbox={outbox} root={root} window={window} target={target} />
          {failed && needed ? <Failed onRetry={retry} /> : null}
        </>
      ) : failed ? (
        <TimelineFailed onRetry={retry} />
      ) : (
        <TimelineSkeleton label={t.timeline.loading} />
      )}
    </PanelFrame>
  );
}

interface ThreadProps {
  target: ReplyTarget | null;
  channel: ChannelState;
  outbox: readonly OutboxItem[];
  root: string;
  window: Window;
}

const Thread = memo(function Thread({ channel, outbox, root, window, target }: ThreadProps) {
  const client = useClient();
  const me = useMe()?.id ?? "";
  const id = channel.info.id;
  const canPost = useCanPost(id);
  const [editing, setEditing] = useState<string | null>(null);
  const editLast = useEditLast(id, root, setEditing);
  const { messages } = channel;
  const last = messages[window.ids.at(-1) ?? ""]?.seq ?? -1;
  // As in the main timeline: the line depends on whether the end is seen, and where one is on the line.
  const [seen, setSeen] = useState(false);
  const { marker, clear } = useThreadReading(id, root, seen && !window.stale, last);
  const { veil, onVeil, reveal } = useVeil(id, target?.id ?? null);
  const rows = useMemo(() => {
    const here = outbox.filter((item) => item.thread === root);
    return buildRows({ window, messages, outbox: here, me, marker, veil });
  }, [window, messages, outbox, root, me, marker, veil]);
  const hasLine = rows.some((row) => row.kind === "new");
  const { lo, hi } = window;
  const { failed, older, again } = useOlder(id, root, lo);
  const newer = useCallback(
    () => void client.timelines.newer(id, root, hi).catch(nothing),
    [client, id, root, hi],
  );
  const live = !window.hasNewer;
  const openAt = target?.id ?? (hasLine ? "new" : null);
  const scroll = useScroll({ rows, live, openAt, onNearStart: older, onNearEnd: newer });
  if (seen !== (live && scroll.atEnd)) setSeen(live && scroll.atEnd);
  const { toEnd, toRow } = scroll;
  const present = usePresent(id, root, toEnd);
  const flash = useReplyTarget(id, root, target, toRow, reveal);
  const onJump = useCallback((message: string) => visit(id, message), [id]);
  const rootMessage = messages[root];

  const start = (
    <div className="thread-line">
      {failed ? (
        <Failed onRetry={again} />
      ) : window.hasOlder ? (
        t.timeline.loading
      ) : rows.length > 0 ? (
        t.message.thread(rootMessage?.thread_count ?? window.ids.length)
      ) : (
        t.thread.empty
      )}
    </div>
  );

  return (
    <div className="thread" data-testid="thread">
      <MessageList
        label={t.thread.title}
        channel={id}
        rows={rows}
        scroll={scroll}
        inThread
        flash={flash}
        root={rootMessage}
        start={start}
        below={0}
        live={live}
        onPresent={present}
        onJump={onJump}
        editing={editing}
        onEdit={setEditing}
        onVeil={onVeil}
      />
      {canPost ? (
        <Composer
          channel={id}
          place={`${id}.${root}`}
          label={t.thread.reply}
          editing={editing}
          onEditLast={editLast}
          onSend={(text, attachments, previews) => {
            client.outbox.send({
              channel: id,
              text,
              thread: root,
              ...(attachments ? { attachments } : {}),
              ...(previews?.length ? { previews } : {}),
            });
            clear();
            present();
          }}
        />
      ) : null}
    </div>
  );
});
