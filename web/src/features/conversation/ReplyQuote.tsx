import { useEffect } from "react";
import { t } from "../../i18n";
import { plainText } from "../../ui/markdown/parse";
import { Quote } from "../../ui/MessageRow";
import { displayName } from "../../store/selectors";
import { useClient, useSelect } from "../app/context";
import { filesOf } from "./words";

const QUOTE_CHARS_MAX = 140;

export function ReplyQuote({
  channel,
  id,
  onJump,
}: {
  channel: string;
  id: string;
  onJump: (id: string) => void;
}) {
  const client = useClient();
  const message = useSelect((state) => state.channels[channel]?.messages[id]);
  const user = useSelect((state) => (message ? state.users[message.sender] : undefined));
  const unheard = useSelect((state) => Boolean(message && state.blocked[message.sender]));
  const missing = !message;
  useEffect(() => {
    if (missing) void client.timelines.message(channel, id);
  }, [client, channel, id, missing]);

  const name = message ? displayName(user, message.sender) : null;
  const text = !message
    ? t.message.unknownReply
    : unheard
      ? t.blocks.messages(1)
      : message.deleted
        ? t.message.deleted
        : plainText(message.text).slice(0, QUOTE_CHARS_MAX) || filesOf(message, QUOTE_CHARS_MAX);
  return (
    <Quote
      label={name ? t.message.replyTo(name) : t.message.unknownReply}
      jumpLabel={t.message.jumpToReply}
      name={name}
      text={text}
      {...(message ? { onJump: () => onJump(id) } : {})}
    />
  );
}
