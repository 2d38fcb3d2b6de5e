// What can be done with a message: beside it while it is pointed at or focused.

import { useEffect } from "react";
import type { Channel } from "../../api/types";
import { t } from "../../i18n";
import { IconButton } from "../../ui/Button";
import { Menu, type MenuAction } from "../../ui/Menu";
import { useStop } from "../../ui/stops";
import type { StoredMessage } from "../../store/state";
import { useChannel, useClient, useMe, useSelect } from "../app/context";
import { routeTo } from "../app/route";
import { useView } from "../app/view";
import { copy, copyLink } from "../client/copy";
import { canModerate, canPin, canRemove, canSeeEdits } from "../client/rights";
import { useOutings } from "../client/useOutings";
import { quoteInto } from "../composer/quoting";
import { EmojiButton } from "../emoji/EmojiButton";
import { useCanPost } from "./useCanPost";
import type { Asked } from "./usePointed";

export const QUICK_EMOJI = ["👍", "❤️", "😂"];

interface MessageToolsProps {
  channel: string;
  message: StoredMessage;
  inThread: boolean;
  asked: Asked | null;
  onLock: (locked: boolean) => void;
  onReply: ((id: string) => void) | undefined;
  onThread: () => void;
  onEdit: (id: string | null) => void;
}

export function MessageTools(props: MessageToolsProps) {
  const { channel, message, onLock } = props;
  const client = useClient();
  // What was open goes with them, should the message be deleted meanwhile.
  useEffect(() => () => onLock(false), [onLock]);
  const me = useMe();
  const info = useChannel(channel)?.info;
  const canPost = useCanPost(channel);
  if (!info || info.membership !== "joined") return null;
  const mine = message.sender === me?.id;
  const has = (emoji: string) => message.reactions.some((each) => each.emoji === emoji && each.me);
  const react = (emoji: string) => void client.actions.react(channel, message.id, emoji, !has(emoji));

  return (
    <div className="message-rail">
      <div className="message-tools" role="toolbar" aria-label={t.message.actions}>
        <QuickEmoji has={has} onPick={react} />
        <EmojiButton label={t.message.react} onPick={react} onOpenChange={onLock} />
        {props.onReply && canPost && !props.inThread ? (
          <IconButton
            icon="reply"
            size="small"
            label={t.message.reply}
            onPress={() => props.onReply?.(message.id)}
          />
        ) : null}
        {!props.inThread && !message.thread ? (
          <IconButton icon="thread" size="small" label={t.message.replyInThread} onPress={props.onThread} />
        ) : null}
        <MoreActions {...props} info={info} mine={mine} />
      </div>
    </div>
  );
}

/** What is done more rarely. */
function MoreActions(props: MessageToolsProps & { info: Channel; mine: boolean }) {
  const { channel, message, info, mine } = props;
  const client = useClient();
  const view = useView();
  const me = useMe();
  const canPost = useCanPost(channel);
  const pinned = info.pins.includes(message.id);
  const keeping = useKeeping(channel, message);
  const own = mine || canModerate(info);
  const removing: MenuAction[] =
    own || canRemove(me)
      ? [
          {
            id: "remove",
            label: own ? t.message.remove : t.message.removeAsAdmin,
            icon: "trash",
            danger: true,
            onAction: () =>
              view.openDialog({ kind: own ? "delete" : "remove", channel, message: message.id }),
          },
        ]
      : [];

  // Where a moderator sees what somebody wrote they can put them out.
  const out = useOutings(channel, mine ? null : message.sender).map((how): MenuAction => ({
    id: how === "ban" ? "ban" : "put-out",
    label: t.members[how],
    icon: "leave",
    danger: true,
    onAction: () => view.openDialog({ kind: "out", channel, user: message.sender, how }),
  }));

  const items: (MenuAction | null | false)[] = [
    mine && { id: "edit", label: t.message.edit, icon: "edit", onAction: () => props.onEdit(message.id) },
    canPin(info) && {
      id: "pin",
      label: pinned ? t.message.unpin : t.message.pin,
      icon: "pin",
      onAction: () => void client.actions.pin(channel, message.id, !pinned),
    },
    ...keeping,
    canPost && {
      id: "quote",
      label: t.message.quote,
      icon: "quote",
      onAction: () =>
        quoteInto(props.inThread ? `${channel}.${message.thread ?? message.id}` : channel, message.text),
    },
    message.reactions.length > 0 && {
      id: "reactions",
      label: t.message.whoReacted,
      icon: "smile",
      onAction: () => view.openDialog({ kind: "reactions", channel, message: message.id }),
    },
    { id: "copy", label: t.message.copyText, icon: "copy", onAction: () => void copy(client, message.text) },
    {
      id: "link",
      label: t.message.copyLink,
      icon: "link",
      onAction: () =>
        void copyLink(client, `${location.origin}${location.pathname}${routeTo(channel, message.id)}`),
    },
    Boolean(message.edited_ts) &&
      canSeeEdits(info, message, me?.id ?? "") && {
        id: "history",
        label: t.message.history,
        icon: "clock",
        onAction: () => view.openDialog({ kind: "history", channel, message: message.id }),
      },
    {
      id: "unread",
      label: t.message.markUnread,
      icon: "unread",
      onAction: () => void client.actions.markUnread(channel, message.seq),
    },
    !mine && {
      id: "report",
      label: t.message.report,
      icon: "flag",
      onAction: () => view.openDialog({ kind: "report", channel, message: message.id }),
    },
    ...(removing.length > 0 || out.length > 0 ? [null] : []),
    ...removing,
    ...out,
  ];
  return (
    <Menu
      key={props.asked?.times}
      label={t.message.actions}
      at={props.asked?.at ?? null}
      onOpenChange={props.onLock}
      trigger={<IconButton icon="more" size="small" label={t.message.more} />}
      items={items.filter((item) => item !== false)}
    />
  );
}

/** To find it again, or to be led back to it. */
function useKeeping(channel: string, message: StoredMessage): MenuAction[] {
  const client = useClient();
  const view = useView();
  const saved = useSelect((state) => message.id in state.saved.byId);
  return [
    {
      id: "save",
      label: saved ? t.message.unsave : t.message.save,
      icon: "bookmark",
      onAction: () => void client.saved.set(message, !saved),
    },
    {
      id: "remind",
      label: t.message.remind,
      icon: "clock",
      onAction: () => view.openDialog({ kind: "remind", channel, message: message.id }),
    },
  ];
}

function QuickEmoji({ has, onPick }: { has: (emoji: string) => boolean; onPick: (emoji: string) => void }) {
  const stop = useStop();
  return QUICK_EMOJI.map((emoji) => (
    <button
      key={emoji}
      type="button"
      className="quick-emoji"
      tabIndex={stop}
      aria-label={t.message.reactWith(emoji)}
      aria-pressed={has(emoji)}
      onClick={() => onPick(emoji)}
    >
      {emoji}
    </button>
  ));
}
