// One conversation: head, timeline, composer. Mounted anew for each channel.

import { useCallback, useState } from "react";
import type { Carried } from "../../api/files";
import type { Preview } from "../../api/previews";
import { t } from "../../i18n";
import { channelName, isForsaken } from "../../store/selectors";
import type { ChannelState } from "../../store/state";
import { later } from "../../ui/later";
import { useChannel, useClient, useSelect } from "../app/context";
import { Composer } from "../composer/Composer";
import { useEditLast } from "../composer/useEditLast";
import { Header } from "./Header";
import { Beside, Coming } from "./Coming";
import { MainTimeline } from "./MainTimeline";
import { SyncNote } from "./SyncNote";
import { TypingLine } from "./TypingLine";
import { useCanPost } from "./useCanPost";
import { useEditing, useReply } from "./useUnfinished";

const Outside = later(() => import("./Outside"), { soon: true });
const Invitation = later(() => import("./Invitation"), { soon: true });

export function Conversation({ id, target }: { id: string; target: string | null }) {
  const client = useClient();
  const channel = useChannel(id);
  const synced = useSelect((state) => state.synced);
  const name = useSelect((state) => (state.channels[id] ? channelName(state, state.channels[id]) : ""));
  const [replyTo, setReplyTo] = useReply(id);
  const [editing, setEditing] = useEditing(id);
  const [sent, setSent] = useState(0);
  const canPost = useCanPost(id);

  const editLast = useEditLast(id, undefined, setEditing);
  const replied = useCallback(() => setReplyTo(null), [setReplyTo]);
  const send = useCallback(
    (text: string, attachments?: Carried[], previews?: readonly Preview[]) => {
      client.outbox.send({
        channel: id,
        text,
        ...(attachments ? { attachments } : {}),
        ...(previews?.length ? { previews } : {}),
        ...(replyTo ? { reply_to: replyTo } : {}),
      });
      setReplyTo(null);
      setSent((count) => count + 1);
    },
    [client, id, replyTo, setReplyTo],
  );

  if (!channel && !synced) return <Coming />;
  if (!channel)
    return (
      <Beside>
        <Outside id={id} />
      </Beside>
    );
  const { info } = channel;
  if (info.membership === "invited")
    return (
      <Beside>
        <Invitation info={info} name={name} />
      </Beside>
    );

  const title = info.kind === "channel" ? `#${name}` : name;

  return (
    <section className="conversation" aria-label={title} data-testid="conversation">
      <Header channel={channel} name={name} />
      <SyncNote info={info} />
      <MainTimeline
        channel={channel}
        name={title}
        target={target}
        sent={sent}
        editing={editing}
        onEdit={setEditing}
        onReply={setReplyTo}
      />
      {canPost ? (
        <Composer
          key={id}
          channel={id}
          place={id}
          label={t.composer.label(title)}
          replyTo={replyTo}
          editing={editing}
          onReplyDone={replied}
          onEditLast={editLast}
          onSend={send}
        />
      ) : (
        <NoPost channel={channel} />
      )}
      <TypingLine channel={channel} />
    </section>
  );
}

/** Why one cannot write here. */
function NoPost({ channel }: { channel: ChannelState }) {
  const forsaken = useSelect((state) => isForsaken(state, channel));
  const { archived, people } = channel.info;
  const text = archived
    ? t.channel.archived
    : forsaken
      ? t.entering.forsaken(people.length - 1)
      : t.composer.noPost;
  return (
    <p className="composer-note" data-testid="no-post">
      {text}
    </p>
  );
}
