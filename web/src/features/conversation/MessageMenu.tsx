// What is done with a message more rarely; where the pointer asks, also what is at hand beside the message. Loaded after
// the first picture: MessageTools.tsx.

import { useLayoutEffect } from "react";
import type { Channel } from "../../api/types";
import { t } from "../../i18n";
import type { Begin, MenuAction } from "../../ui/Menu";
import OpenMenu, { type OpenMenuProps } from "../../ui/OpenMenu";
import type { StoredMessage } from "../../store/state";
import { useClient, useMe, useSelect } from "../app/context";
import { routeTo } from "../app/route";
import { useView } from "../app/view";
import { copy, copyLink } from "../client/copy";
import { canModerate, canPin, canRemove, canSeeEdits } from "../client/rights";
import { useOutings } from "../client/useOutings";
import { quoteInto } from "../composer/quoting";
import { keyName, MESSAGE_KEYS } from "./messageKeys";
import type { MessageToolsProps } from "./MessageTools";
import { useCanPost } from "./useCanPost";

type MessageMenuProps = Omit<MessageToolsProps, "onReply" | "onThread"> &
  Pick<OpenMenuProps, "trigger" | "at" | "first" | "onOpenChange" | keyof Begin> & { info: Channel };

export default function MessageMenu(props: MessageMenuProps) {
  const { channel, message, info } = props;
  const client = useClient();
  const view = useView();
  const me = useMe();
  const mine = message.sender === me?.id;
  const canPost = useCanPost(channel);
  const pinned = info.pins.includes(message.id);
  const keeping = useKeeping(channel, message);
  const ending = useEnding(props, mine);

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
    ...(ending.length > 0 ? [null] : []),
    ...ending,
  ];
  const { first = [], onKeys } = props;
  const all = [...first, ...items].filter((item) => item !== null && item !== false);
  useLayoutEffect(() => {
    onKeys((key) => {
      const named = all.find(({ id }) => MESSAGE_KEYS[id] === key);
      named?.onAction();
      return named !== undefined;
    });
    return () => onKeys(null);
  });
  const named = (item: MenuAction): MenuAction => ({ ...item, keys: keyName(item.id) });
  return (
    <OpenMenu
      label={t.message.actions}
      at={props.at}
      open={props.open}
      focused={props.focused}
      onOpenChange={props.onOpenChange}
      trigger={props.trigger}
      first={first.map(named)}
      items={items.filter((item) => item !== false).map((item) => item && named(item))}
    />
  );
}

/** What takes it, or whoever wrote it, away. */
function useEnding({ channel, message, info }: MessageMenuProps, mine: boolean): MenuAction[] {
  const view = useView();
  const me = useMe();
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
  return [...removing, ...out];
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
