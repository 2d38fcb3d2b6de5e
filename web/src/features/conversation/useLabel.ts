// What is heard of a message whose row is reached: all that is seen of it.

import { t } from "../../i18n";
import { spokenTexts } from "../../i18n/spoken";
import { moment } from "../../lib/time";
import { displayName } from "../../store/selectors";
import type { StoredMessage } from "../../store/state";
import { useSelect } from "../app/context";
import { wordsOf } from "./words";

interface Seen {
  name: string;
  channel: string;
  message: StoredMessage;
  pinned: boolean;
  saved: boolean;
  today: number;
}

export function useLabel({ name, channel, message, pinned, saved, today }: Seen): string {
  const { reply_to: answers } = message;
  const answered = useSelect((state) => {
    const sender = answers && state.channels[channel]?.messages[answers]?.sender;
    return sender ? displayName(state.users[sender], sender) : null;
  });
  const said = `${t.message.by(name, moment(message.ts, today))}: ${wordsOf(message)}`;
  if (message.deleted) return said;
  const spoken = spokenTexts();
  const reactions = message.reactions.reduce((sum, { count }) => sum + count, 0);
  return [
    said,
    answered && t.message.replyTo(answered),
    message.edited_ts && spoken.edited,
    pinned && spoken.pinned,
    saved && t.message.saved,
    reactions > 0 && spoken.reactions(reactions),
    message.thread_count && t.message.thread(message.thread_count),
  ]
    .filter(Boolean)
    .join(", ");
}
