import { useEffect, useState } from "react";
import { t } from "../../i18n";
import { pinTexts } from "../../i18n/pins";
import { moment } from "../../lib/time";
import { EmptyState, ListSkeleton } from "../../ui/bits";
import { Failed } from "../../ui/Failed";
import { MessageCard } from "../../ui/Card";
import { Markdown } from "../../ui/markdown/Markdown";
import { displayName } from "../../store/selectors";
import { useChannel, useClient, useSelect } from "../app/context";
import { visit } from "../app/route";
import { wordsOf } from "../conversation/words";
import { useFailing } from "../conversation/useFailing";
import { PanelFrame } from "./PanelFrame";

export default function PinsPanel({ channel: id }: { channel: string }) {
  const client = useClient();
  const texts = pinTexts();
  const channel = useChannel(id);
  const users = useSelect((state) => state.users);
  const [now] = useState(() => Date.now());
  const [loaded, setLoaded] = useState(false);
  const pins = channel?.info.pins;
  const missing = (pins ?? []).some((pin) => !channel?.messages[pin]);
  const { failed, fail, retry } = useFailing();
  useEffect(() => {
    if (!missing || failed) return;
    let current = true;
    client.timelines.pins(id).then(
      () => current && setLoaded(true),
      (error: unknown) => current && fail(error),
    );
    return () => {
      current = false;
    };
  }, [client, id, missing, failed, fail]);

  const messages = (pins ?? [])
    .flatMap((pin) => channel?.messages[pin] ?? [])
    .filter((message) => !message.deleted);
  return (
    <PanelFrame title={t.channel.showPins}>
      <div className="panel-body scroll">
        {missing && failed ? <Failed onRetry={retry} /> : null}
        {missing && !loaded && !failed && messages.length === 0 ? (
          <ListSkeleton label={t.common.loading} />
        ) : null}
        {(pins ?? []).length === 0 ? <EmptyState title={texts.empty}>{texts.emptyText}</EmptyState> : null}
        <ul className="cards">
          {messages.map((message) => {
            const name = displayName(users[message.sender], message.sender);
            return (
              <MessageCard
                key={message.id}
                author={{ id: message.sender, name }}
                when={moment(message.ts, now)}
                words={wordsOf(message)}
                onOpen={() => visit(id, message.id)}
              >
                <Markdown text={message.text} />
              </MessageCard>
            );
          })}
        </ul>
      </div>
    </PanelFrame>
  );
}
