// A message of the store, drawn.

import { memo, useCallback } from "react";
import { t } from "../../i18n";
import { clockTime, fullTime, isoTime } from "../../lib/time";
import { Boundary } from "../../ui/Boundary";
import { Markdown } from "../../ui/markdown/Markdown";
import { MessageRow, Reactions, type ReactionView } from "../../ui/MessageRow";
import { Icon } from "../../ui/Icon";
import { Stops, useStop } from "../../ui/stops";
import { mentionsMe } from "../../store/events";
import { displayName, foreignId, localPart } from "../../store/selectors";
import type { StoredMessage } from "../../store/state";
import type { Expected } from "../../store/waiting";
import { useChannel, useClient, useMe, useSelect } from "../app/context";
import { useView, type View } from "../app/view";
import { alike, useSigns } from "../emoji/shortcodes";
import { Attachments } from "../files/Attachments";
import { Provenance } from "../files/Provenance";
import { canSeeEdits } from "../client/rights";
import { Previews } from "../previews/Previews";
import { StatusSign } from "../status/StatusSign";
import { EditBox, LostEdit } from "./EditBox";
import { MessageTools } from "./MessageTools";
import { ReplyQuote } from "./ReplyQuote";
import { useLabel } from "./useLabel";
import type { RunKey } from "./useMessageKeys";
import type { Asked } from "./usePointed";
import { useExpected } from "./waits";
import { WaitingNote } from "./WaitingNote";

interface MessageItemProps {
  rowKey: string;
  channel: string;
  message: StoredMessage;
  head: boolean;
  inThread: boolean;
  active: boolean;
  asked: Asked | null;
  tabbable: boolean;
  /** When today began. */
  today: number;
  flash: boolean;
  editing: boolean;
  onActivate: (key: string) => void;
  onLock: (locked: boolean) => void;
  onKeys: (run: RunKey | null) => void;
  onReply: ((id: string) => void) | undefined;
  onJump: (id: string) => void;
  onEdit: (id: string | null) => void;
}

const EVERYBODY = new Set(["all", "channel", "everyone"]);
const NAMES_MAX = 8;

export const MessageItem = memo(function MessageItem(props: MessageItemProps) {
  const { channel, rowKey } = props;
  const { message, edit, removal, emoji } = useExpected(channel, props.message);
  const client = useClient();
  const view = useView();
  const user = useSelect((state) => state.users[message.sender]);
  const name = displayName(user, message.sender);
  const me = useMe();
  const meId = me?.id ?? "";
  const foreign = foreignId(me, message.sender);
  const address = foreign === name ? null : foreign;
  const { openDialog } = view;
  const pinned = useSelect((state) => state.channels[channel]?.info.pins.includes(message.id)) ?? false;
  const saved = useSelect((state) => message.id in state.saved.byId);

  const mention = useMention(message, meId, openDialog);
  const bot = user?.bot === true;
  const heard = [name, ...(bot ? [t.people.bot] : []), ...(address ? [address] : [])].join(", ");
  const label = useLabel({ name: heard, channel, message, pinned, saved, today: props.today });
  const openThread = () => view.setPanel({ kind: "thread", channel, root: message.id });
  const mentioned = !message.deleted && message.sender !== meId && mentionsMe(message, meId);

  return (
    <MessageRow
      rowKey={rowKey}
      messageId={message.id}
      label={label}
      author={{ id: message.sender, name, bot, address, status: <StatusSign status={user?.status} /> }}
      head={props.head}
      time={timeOf(message)}
      tone={removal ? "pending" : mentioned ? "mention" : undefined}
      flash={props.flash}
      tabbable={props.tabbable}
      onActivate={() => props.onActivate(rowKey)}
      onAuthor={() => openDialog({ kind: "profile", user: message.sender, channel })}
      quote={
        message.reply_to && !message.deleted ? (
          <ReplyQuote channel={channel} id={message.reply_to} onJump={props.onJump} />
        ) : null
      }
      foot={
        <>
          <MessageReactions channel={channel} message={message} waiting={emoji} />
          <ChangeNote channel={channel} edit={edit} removal={removal} />
          {message.thread_count && !props.inThread ? (
            <ThreadLink root={message.id} count={message.thread_count} onOpen={openThread} />
          ) : null}
        </>
      }
      tools={
        props.active && !message.deleted && !removal && !props.editing ? (
          <MessageTools {...props} message={message} onThread={openThread} />
        ) : null
      }
    >
      {message.deleted ? (
        <>
          <p className="tombstone">{t.message.deleted}</p>
          {props.editing ? <LostEdit id={message.id} onDone={() => props.onEdit(null)} /> : null}
        </>
      ) : props.editing ? (
        <Stops value={true}>
          <EditBox
            channel={channel}
            id={message.id}
            text={message.text}
            files={message.attachments.length > 0}
            onRemove={() => openDialog({ kind: "delete", channel, message: message.id })}
            onDone={() => props.onEdit(null)}
            onSave={(text) => client.actions.edit(channel, message.id, text)}
          />
          {/* They stay what they are, and what is below them stays where it is. */}
          <Previews of={message} me={meId} />
          <Attachments files={message.attachments} imported={message.imported} />
        </Stops>
      ) : (
        // What another server wrote may be what nobody thought of: it takes no other message with it.
        <Boundary fallback={<p className="plain">{message.text}</p>}>
          <Marks pinned={pinned} saved={saved} />
          <Provenance of={message.imported} />
          <Markdown
            text={message.text}
            mention={mention}
            trailing={<Edited channel={channel} message={message} />}
          />
          <Previews of={message} me={meId} />
          <Attachments files={message.attachments} imported={message.imported} />
        </Boundary>
      )}
    </MessageRow>
  );
});

/** What a name with an @ is in this message: somebody, all of them, or a word like others. */
function useMention(message: StoredMessage, meId: string, openDialog: View["openDialog"]) {
  const { channel, mentions } = message;
  const all = message.mentions_all === true;
  const here = message.mentions_here === true;
  return useCallback(
    (typed: string) => {
      const text = typed.toLowerCase();
      if ((all && EVERYBODY.has(text)) || (here && text === "here")) return { label: `@${typed}`, me: true };
      const id = mentions.find((each) => each === `@${text}` || localPart(each) === text);
      if (!id) return null;
      const onOpen = () => openDialog({ kind: "profile", user: id, channel });
      return { label: `@${typed}`, me: id === meId, id, onOpen };
    },
    [all, here, mentions, meId, channel, openDialog],
  );
}

const timeOf = ({ ts }: StoredMessage) => ({
  short: clockTime(ts),
  full: fullTime(ts),
  iso: isoTime(ts),
});

function Marks({ pinned, saved }: { pinned: boolean; saved: boolean }) {
  if (!pinned && !saved) return null;
  return (
    <div className="marks">
      {pinned ? <Mark kind="pin" words={t.message.pinned} /> : null}
      {saved ? <Mark kind="saved" words={t.message.saved} /> : null}
    </div>
  );
}

function Mark({ kind, words }: { kind: "pin" | "saved"; words: string }) {
  return (
    <p className="pin-mark" data-testid={`${kind}-mark`}>
      <Icon name={kind === "pin" ? "pin" : "bookmark"} />
      {words}
    </p>
  );
}

/** What is to happen to the message once the channel's host is back. */
function ChangeNote({ channel, edit, removal }: { channel: string } & Pick<Expected, "edit" | "removal">) {
  if (removal) return <WaitingNote channel={channel} pending={removal} kind="removal" />;
  return edit ? <WaitingNote channel={channel} pending={edit} kind="edit" /> : null;
}

/** How many replies there are, and how many of them are new in a thread that one follows. */
function ThreadLink({ root, count, onOpen }: { root: string; count: number; onOpen: () => void }) {
  const known = useSelect((state) => state.threadStates[root]);
  const fresh = known?.following ? known.unread : 0;
  return (
    <button
      type="button"
      className="thread-link"
      tabIndex={useStop()}
      onClick={onOpen}
      data-testid="thread-link"
    >
      <Icon name="thread" />
      {t.message.thread(count)}
      {fresh > 0 ? <span className="thread-news">{t.thread.fresh(fresh)}</span> : null}
    </button>
  );
}

function Edited({ channel, message }: { channel: string; message: StoredMessage }) {
  const view = useView();
  const me = useMe()?.id ?? "";
  const stop = useStop();
  const open = useSelect((state) => {
    const info = state.channels[channel]?.info;
    return info ? canSeeEdits(info, message, me) : false;
  });
  if (!message.edited_ts) return null;
  const when = fullTime(message.edited_ts);
  const words = `(${t.message.edited})`;
  if (!open) {
    return (
      <span className="edited" title={t.message.editedAt(when)}>
        {words}
      </span>
    );
  }
  return (
    <button
      type="button"
      className="edited"
      tabIndex={stop}
      title={t.message.editedAt(when)}
      aria-label={t.message.showHistory(when)}
      onClick={() => view.openDialog({ kind: "history", channel, message: message.id })}
    >
      {words}
    </button>
  );
}

interface MessageReactionsProps {
  channel: string;
  message: StoredMessage;
  /** Those that the channel's host does not know yet. */
  waiting: readonly string[];
}

function MessageReactions({ channel, message, waiting }: MessageReactionsProps) {
  const client = useClient();
  const users = useSelect((state) => state.users);
  const blocked = useSelect((state) => state.blocked);
  const host = useChannel(channel)?.info.host ?? "";
  const signs = useSigns(message.reactions);
  if (message.reactions.length === 0) return null;
  const groups = alike(message.reactions, signs);
  const views = groups.map((reaction): ReactionView => {
    const heard = reaction.users.filter((id) => !blocked[id]);
    const names = heard.slice(0, NAMES_MAX).map((id) => displayName(users[id], id));
    const more = reaction.count - (reaction.users.length - heard.length) - names.length;
    const list = [...names, ...(more > 0 ? [t.message.moreReactors(more)] : [])].join(", ");
    const { emoji, count } = reaction;
    const label = t.message.reaction(emoji, count, list);
    const late = reaction.all.some((each) => waiting.includes(each));
    return {
      emoji,
      count,
      mine: reaction.mine.length > 0,
      label: late ? `${label}, ${t.waiting.reaction(host)}` : label,
      waiting: late,
    };
  });
  const toggle = (emoji: string, on: boolean) => {
    const given = on ? [emoji] : (groups.find((each) => each.emoji === emoji)?.mine ?? []);
    for (const each of given) void client.actions.react(channel, message.id, each, on);
  };
  return <Reactions reactions={views} onToggle={toggle} />;
}
