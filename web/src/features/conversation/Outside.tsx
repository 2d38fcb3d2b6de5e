// A conversation that one is not in: a link led here. What is public is shown, with the way in.

import { useEffect, useState } from "react";
import { ApiError } from "../../api/http";
import { get_channel } from "../../api/operations";
import type { Channel } from "../../api/types";
import { t } from "../../i18n";
import { EmptyState } from "../../ui/bits";
import { Button } from "../../ui/Button";
import { ChannelPicture } from "../../ui/ChannelPicture";
import { useClient } from "../app/context";
import { LinkedText } from "../../ui/markdown/Markdown";
import { useView } from "../app/view";
import { pictureUrl } from "../files/pictures";
import { Coming, Frame } from "./Coming";
import { TimelineFailed } from "./TimelineFailed";
import { useFailing } from "./useFailing";

export default function Outside({ id }: { id: string }) {
  const view = useView();
  const { found, failed, retry } = useFound(id);
  if (found === "asking" && failed) {
    return (
      <Frame>
        <TimelineFailed onRetry={retry} />
      </Frame>
    );
  }
  if (found === "asking") return <Coming />;
  if (found !== "nothing") return <Door channel={found} />;
  return (
    <Frame>
      <EmptyState
        title={t.channel.notFound}
        actions={<Button onPress={() => view.openDialog({ kind: "directory" })}>{t.nav.browse}</Button>}
      />
    </Frame>
  );
}

/** It stays out of the store, which holds what one is in. */
function useFound(id: string) {
  const { failed, fail, retry } = useFailing();
  const [found, setFound] = useState<Channel | "asking" | "nothing">("asking");
  useEffect(() => {
    if (failed) return;
    let current = true;
    get_channel(id).then(
      (channel) => current && setFound(channel),
      // Without an answer nothing is known: it is asked for again when the connection is back.
      (error: unknown) => {
        if (!current) return;
        if (error instanceof ApiError && !error.temporary) setFound("nothing");
        else fail(error);
      },
    );
    return () => {
      current = false;
    };
  }, [id, failed, fail]);
  return { found, failed, retry };
}

function Door({ channel }: { channel: Channel }) {
  const { name, topic, member_count } = channel;
  return (
    <Frame>
      <div className="door" data-testid="door">
        <ChannelPicture picture={pictureUrl(channel)} icon="hash" size={64} />
        <h1>{name}</h1>
        {topic ? (
          <p className="door-topic">
            <LinkedText text={topic} />
          </p>
        ) : null}
        <p className="door-members">{t.channel.members(member_count)}</p>
        <WayIn channel={channel} />
      </div>
    </Frame>
  );
}

/** A press that leads in or asks to be let in, as far as the channel has one. */
function WayIn({ channel: { id, membership, policy } }: { channel: Channel }) {
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState(membership === "knocking");
  const during = (run: () => Promise<unknown>) => () => {
    setBusy(true);
    void run().finally(() => setBusy(false));
  };
  // Once in it, the conversation takes this place, at the message that the link names.
  const join = during(() => client.actions.join(id));
  const knock = during(async () => {
    if (await client.actions.knock(id, !asked)) setAsked(!asked);
  });
  if (membership === "banned") return <p>{t.entering.bannedFrom}</p>;
  if (policy.join === "open")
    return (
      <>
        <p>{t.channel.previewText}</p>
        <Button variant="primary" isDisabled={busy} onPress={join}>
          {t.channel.join}
        </Button>
      </>
    );
  if (policy.join !== "knock") return <p>{t.entering.invitedOnly}</p>;
  return (
    <>
      <p>{asked ? t.channelSettings.askedNotice : t.entering.ask}</p>
      <Button
        variant={asked ? "plain" : "primary"}
        {...(asked ? { icon: "check" as const } : {})}
        isDisabled={busy}
        onPress={knock}
      >
        {asked ? t.channelSettings.asked : t.channelSettings.ask}
      </Button>
    </>
  );
}
