// A channel that one is asked into: by whom, and where it lives, before one goes in.

import { useEffect, useState } from "react";
import type { Channel, User } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { ChannelPicture } from "../../ui/ChannelPicture";
import { LinkedText } from "../../ui/markdown/Markdown";
import { displayName, isPrivate } from "../../store/selectors";
import { useClient } from "../app/context";
import { go, parseRoute } from "../app/route";
import { useView } from "../app/view";
import { pictureUrl } from "../files/pictures";
import { MenuButton } from "../sidebar/MenuButton";

export default function Invitation({ info, name }: { info: Channel; name: string }) {
  const { id, kind, topic, host, member_count } = info;
  const closed = isPrivate(info);
  const client = useClient();
  // By what a frame says of it, nobody knows who asks.
  useEffect(() => void client.actions.loadChannel(id), [client, id]);
  return (
    <section className="conversation">
      <header className="conversation-head">
        <MenuButton active={id} />
      </header>
      <div className="door" data-testid="invitation">
        <ChannelPicture picture={pictureUrl(info)} icon={closed ? "lock" : "hash"} size={64} />
        <h1>{t.channel.invitedTitle(kind === "channel" ? `#${name}` : name)}</h1>
        {topic ? (
          <p>
            <LinkedText text={topic} />
          </p>
        ) : null}
        <Inviter user={info.invited_by} />
        <p className="door-members">
          {[
            ...(closed ? [t.channel.private] : member_count === 0 ? [] : [t.channel.public]),
            ...(member_count > 0 ? [t.channel.members(member_count)] : []),
            ...(host ? [`${t.federation.hostedBy}: ${host}`] : []),
          ].join(" · ")}
        </p>
        <p>{t.channel.invitedText}</p>
        <Answers id={id} inviter={info.invited_by ?? null} />
      </div>
    </section>
  );
}

function Inviter({ user }: { user: Channel["invited_by"] }) {
  if (!user) return null;
  const name = displayName(user, user.id);
  return (
    <p data-testid="inviter">
      {t.entering.invitedBy} <strong>{name}</strong> {name === user.id ? null : <small>{user.id}</small>}
    </p>
  );
}

function Answers({ id, inviter }: { id: string; inviter: User | null }) {
  const client = useClient();
  const view = useView();
  const [busy, setBusy] = useState(false);
  const answer = async (join: boolean) => {
    setBusy(true);
    const done = await (join ? client.actions.join(id) : client.actions.leave(id));
    setBusy(false);
    if (done && !join && parseRoute(location.hash).channel === id) go(null);
  };
  return (
    <div className="empty-actions">
      <Button variant="primary" isDisabled={busy} onPress={() => void answer(true)}>
        {t.channel.join}
      </Button>
      <Button isDisabled={busy} onPress={() => void answer(false)}>
        {t.channel.decline}
      </Button>
      {inviter ? (
        // What somebody who is blocked asks for is shown no more.
        <Button
          variant="quiet"
          isDisabled={busy}
          onPress={() => view.openDialog({ kind: "block", user: inviter.id })}
        >
          {t.blocks.block}
        </Button>
      ) : null}
    </div>
  );
}
