// A message of the outbox: shown where it will be, with its state.

import { useEffect, useState } from "react";
import { named, t } from "../../i18n";
import { clockTime, fullTime, isoTime } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Markdown } from "../../ui/markdown/Markdown";
import { plainText } from "../../ui/markdown/parse";
import { MessageRow } from "../../ui/MessageRow";
import { displayName } from "../../store/selectors";
import type { OutboxItem } from "../../store/state";
import { useChannel, useClient, useMe } from "../app/context";
import { Going } from "../app/Going";
import { Previews } from "../previews/Previews";
import { ReplyQuote } from "./ReplyQuote";
import { WaitingNote } from "./WaitingNote";

const nothing = () => undefined;

interface PendingItemProps {
  item: OutboxItem;
  head: boolean;
  tabbable: boolean;
  /** The message that it becomes has the same key: pointing at it now points at that one then. */
  onActivate: (key: string) => void;
}

export function PendingItem({ item, head, tabbable, onActivate }: PendingItemProps) {
  const client = useClient();
  const me = useMe();
  const waiting = useChannel(item.channel)?.waiting;
  const kept = waiting?.find(({ message }) => message?.nonce === item.nonce) ?? null;
  const failed = item.status === "failed";
  const id = me?.id ?? "";
  return (
    <MessageRow
      rowKey={item.nonce}
      label={`${failed ? t.message.failed : t.message.sending}: ${plainText(item.text)}`}
      author={{ id, name: displayName(me ?? undefined, id) }}
      head={head}
      time={{ short: clockTime(item.ts), full: fullTime(item.ts), iso: isoTime(item.ts) }}
      tone={failed ? "failed" : "pending"}
      tabbable={tabbable}
      onActivate={() => onActivate(item.nonce)}
      quote={item.reply_to ? <ReplyQuote channel={item.channel} id={item.reply_to} onJump={nothing} /> : null}
      foot={
        failed ? (
          <Going className="failed-note" role="status" within={item.thread ? ".thread" : undefined}>
            <span>
              {t.message.failed}. {named(t.problems, item.error ?? "unknown") ?? t.problems.unknown}
            </span>
            <Retry item={item} />
            <Button
              size="small"
              variant="quiet"
              onPress={() => client.outbox.discard(item.channel, item.nonce)}
            >
              {t.message.discard}
            </Button>
          </Going>
        ) : item.status === "hosted" ? (
          <WaitingNote channel={item.channel} pending={kept} kind="message" />
        ) : item.status === "waiting" ? (
          <div className="waiting-note">{t.message.waiting}</div>
        ) : null
      }
    >
      <Markdown text={item.text} />
      <Previews of={item} />
      {item.attachments?.map((file) => (
        <p key={`${file.hash}/${file.name}`} className="chip-note">
          {file.name}
        </p>
      ))}
    </MessageRow>
  );
}

/** In a slow channel not before its time. */
function Retry({ item: { channel, nonce, until } }: { item: OutboxItem }) {
  const client = useClient();
  const [now, setNow] = useState(Date.now);
  const left = (until ?? 0) - now;
  useEffect(() => {
    if (left <= 0) return undefined;
    const timer = setTimeout(() => setNow(Date.now()), left);
    return () => clearTimeout(timer);
  }, [left]);
  return (
    <Button
      size="small"
      icon="retry"
      isDisabled={left > 0}
      onPress={() => client.outbox.retry(channel, nonce)}
    >
      {t.common.retry}
    </Button>
  );
}
