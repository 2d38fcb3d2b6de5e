import { Suspense } from "react";
import { t } from "../../i18n";
import { Boundary } from "../../ui/Boundary";
import { Button } from "../../ui/Button";
import { later } from "../../ui/later";
import { Mark } from "../../ui/Logo";
import { channelName, foreignIds } from "../../store/selectors";
import type { ChannelState } from "../../store/state";
import { useMe, useSelect } from "../app/context";
import { LinkedText } from "../../ui/markdown/Markdown";
import { useView } from "../app/view";
import { canInvite } from "../client/rights";

const KeptNote = later(() => import("../channel/KeptNote"), { soon: true });

/** Stands where a conversation begins. */
export function Beginning({ channel }: { channel: ChannelState }) {
  const view = useView();
  const name = useSelect((state) => channelName(state, channel));
  const { info } = channel;
  const address = foreignIds(useMe(), info);
  const dm = info.kind === "dm";
  return (
    <div className="beginning">
      <span className="beginning-mark">
        <Mark size={36} />
      </span>
      <h2>{dm ? t.channel.startDmTitle(name) : t.channel.startTitle(name)}</h2>
      {address && address !== name ? <p className="beginning-address">{address}</p> : null}
      <p>{dm ? t.channel.startDmText : <LinkedText text={info.topic || t.channel.startText} />}</p>
      <Boundary fallback={null}>
        <Suspense>
          <KeptNote info={info} />
        </Suspense>
      </Boundary>
      {canInvite(info) && !dm ? (
        <Button
          size="small"
          icon="people"
          onPress={() => view.openDialog({ kind: "invite", channel: info.id })}
        >
          {t.channel.invitePeople}
        </Button>
      ) : null}
    </div>
  );
}
