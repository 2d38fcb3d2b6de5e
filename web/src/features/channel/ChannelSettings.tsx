// What a channel is called, who may come in, which servers, who is shut out, which programs post. Loaded when opened.

import { useEffect } from "react";
import { t } from "../../i18n";
import { webhookTexts } from "../../i18n/webhooks";
import { TabbedDialog } from "../../ui/TabbedDialog";
import { channelName } from "../../store/selectors";
import { useChannel, useClient, useMe, useSelect } from "../app/context";
import { canInvite, canKeepWebhooks, canSetPolicy, may } from "../client/rights";
import { Access } from "./Access";
import { Bans } from "./Bans";
import { General } from "./General";
import { Knocks } from "./Knocks";
import { Permissions } from "./Permissions";
import { Servers } from "./Servers";
import { Webhooks } from "./Webhooks";

export default function ChannelSettings({ channel: id, onClose }: { channel: string; onClose: () => void }) {
  const client = useClient();
  const me = useMe();
  const info = useChannel(id)?.info;
  const title = useSelect((state) => (state.channels[id] ? channelName(state, state.channels[id]) : ""));
  useEffect(() => void client.actions.loadStanding(id), [client, id]);
  if (!info) return null;
  const dm = info.kind === "dm";
  const tabs = [
    { id: "general", title: t.channelSettings.general, content: <General channel={id} onClose={onClose} /> },
    !dm &&
      canSetPolicy(info) && {
        id: "access",
        title: t.channelSettings.access,
        content: <Access info={info} />,
      },
    !dm &&
      canSetPolicy(info) && {
        id: "permissions",
        title: t.channelSettings.permissions,
        content: <Permissions info={info} />,
      },
    info.policy.join === "knock" &&
      canInvite(info) && {
        id: "knocks",
        title: t.channelSettings.knocks,
        content: <Knocks channel={id} />,
      },
    // A conversation of people of one server has nothing to say of others.
    (!dm || info.people.some(({ server }) => server !== me?.server)) && {
      id: "servers",
      title: t.channelSettings.servers,
      content: <Servers info={info} />,
    },
    !dm && may(info, "ban") && { id: "bans", title: t.channelSettings.bans, content: <Bans channel={id} /> },
    canKeepWebhooks(info, me) && {
      id: "webhooks",
      title: webhookTexts().title,
      content: <Webhooks info={info} />,
    },
  ].filter((tab) => tab !== false);
  return (
    <TabbedDialog
      title={t.channelSettings.title(dm ? title : `#${title}`)}
      tabs={tabs}
      width={680}
      testId="channel-settings"
      onClose={onClose}
    />
  );
}
