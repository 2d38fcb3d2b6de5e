// What can be done with a message: beside it while it is pointed at or focused.

import { useEffect, useState } from "react";
import { t } from "../../i18n";
import { IconButton } from "../../ui/Button";
import { later } from "../../ui/later";
import { LateMenu, type MenuAction } from "../../ui/Menu";
import { useStop } from "../../ui/stops";
import type { StoredMessage } from "../../store/state";
import { useChannel, useClient } from "../app/context";
import { EmojiButton } from "../emoji/EmojiButton";
import { useCanPost } from "./useCanPost";
import type { RunKey } from "./useMessageKeys";
import type { Asked } from "./usePointed";

const MessageMenu = later(() => import("./MessageMenu"), { soon: true });

export const QUICK_EMOJI = ["👍", "❤️", "😂"];

export interface MessageToolsProps {
  channel: string;
  message: StoredMessage;
  inThread: boolean;
  asked: Asked | null;
  onLock: (locked: boolean) => void;
  onKeys: (run: RunKey | null) => void;
  onReply: ((id: string) => void) | undefined;
  onThread: () => void;
  onEdit: (id: string | null) => void;
}

export function MessageTools(props: MessageToolsProps) {
  const { channel, message, onLock, asked, inThread } = props;
  const client = useClient();
  // What was open goes with them, should the message be deleted meanwhile.
  useEffect(() => () => onLock(false), [onLock]);
  const info = useChannel(channel)?.info;
  const canPost = useCanPost(channel);
  // Each time that the emoji are asked for from elsewhere their button is a new one, which begins open.
  const [reacting, setReacting] = useState(0);
  useEffect(() => {
    if (reacting > 0) onLock(true);
  }, [reacting, onLock]);
  if (!info || info.membership !== "joined") return null;
  const has = (emoji: string) => message.reactions.some((each) => each.emoji === emoji && each.me);
  const react = (emoji: string) => void client.actions.react(channel, message.id, emoji, !has(emoji));

  const replying: MenuAction[] = [];
  if (props.onReply && canPost && !inThread) {
    const onAction = () => props.onReply?.(message.id);
    replying.push({ id: "reply", label: t.message.reply, icon: "reply", onAction });
  }
  if (!inThread && !message.thread) {
    replying.push({
      id: "thread",
      label: t.message.replyInThread,
      icon: "thread",
      onAction: props.onThread,
    });
  }
  const reacts: MenuAction = {
    id: "react",
    label: t.message.react,
    icon: "smile",
    onAction: () => setReacting(reacting + 1),
  };
  const menu = {
    at: asked?.at ?? null,
    onOpenChange: onLock,
    trigger: <IconButton icon="more" size="small" label={t.message.more} />,
  };

  return (
    <div className="message-rail">
      <div className="message-tools" role="toolbar" aria-label={t.message.actions}>
        <QuickEmoji has={has} onPick={react} />
        <EmojiButton
          key={reacting}
          label={reacts.label}
          begun={reacting > 0}
          onPick={react}
          onOpenChange={onLock}
        />
        {replying.map(({ id, label, icon = "reply", onAction }) => (
          <IconButton key={id} icon={icon} size="small" label={label} onPress={onAction} />
        ))}
        <LateMenu key={asked?.times} {...menu}>
          {(begin) => (
            <MessageMenu {...props} {...menu} info={info} first={[reacts, ...replying]} {...begin} />
          )}
        </LateMenu>
      </div>
    </div>
  );
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
