// Who asks to be let in, and the answers.

import { useEffect, useState } from "react";
import type { Member } from "../../api/types";
import { t } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { ListSkeleton } from "../../ui/bits";
import { Button } from "../../ui/Button";
import { Failed } from "../../ui/Failed";
import { displayName } from "../../store/selectors";
import type { ChannelState } from "../../store/state";
import { useChannel, useClient, useSelect } from "../app/context";
import { may } from "../client/rights";
import { useFailing } from "../conversation/useFailing";
import { knocking } from "./useKnocks";

export function Knocks({ channel: id }: { channel: string }) {
  const client = useClient();
  const channel = useChannel(id);
  const [loaded, setLoaded] = useState(false);
  const { failed, fail, retry } = useFailing();
  useEffect(() => {
    if (!failed) void client.actions.loadKnocks(id).then((done) => (done ? setLoaded(true) : fail()));
  }, [client, id, failed, fail]);
  const list = knocking(channel);
  if (!channel) return null;
  if (list.length === 0 && !loaded)
    return failed ? <Failed onRetry={retry} /> : <ListSkeleton label={t.common.loading} rows={1} />;
  return list.length === 0 ? (
    <p className="field-hint">{t.channelSettings.noKnocks}</p>
  ) : (
    <ul className="people" data-testid="knocks">
      {list.map((member) => (
        <Knock key={member.user.id} channel={channel} member={member} />
      ))}
    </ul>
  );
}

export function Knock({ channel, member }: { channel: ChannelState; member: Member }) {
  const client = useClient();
  const user = useSelect((state) => state.users[member.user.id]) ?? member.user;
  const [busy, setBusy] = useState(false);
  const name = displayName(user, user.id);
  const answer = async (membership: "invited" | "left") => {
    setBusy(true);
    await client.actions.setMember(channel.info.id, user.id, { membership });
    setBusy(false);
  };
  return (
    <li className="held">
      <Avatar id={user.id} name={name} size={32} />
      <span className="person-text">
        <span className="truncate">{name}</span>
        <small className="truncate">{user.id}</small>
      </span>
      <span className="held-answers">
        {may(channel.info, "kick") ? (
          <Button
            size="small"
            variant="quiet"
            isDisabled={busy}
            aria-label={t.channelSettings.declineLabel(name)}
            onPress={() => void answer("left")}
          >
            {t.channelSettings.decline}
          </Button>
        ) : null}
        <Button
          size="small"
          variant="primary"
          isDisabled={busy}
          aria-label={t.channelSettings.letInLabel(name)}
          onPress={() => void answer("invited")}
        >
          {t.channelSettings.letIn}
        </Button>
      </span>
    </li>
  );
}
