import { locale, t } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { IconButton } from "../../ui/Button";
import { ChannelPicture } from "../../ui/ChannelPicture";
import { Icon } from "../../ui/Icon";
import { LinkedText } from "../../ui/markdown/Markdown";
import { Menu, type MenuAction } from "../../ui/Menu";
import { displayName, foreignIds } from "../../store/selectors";
import type { ChannelState } from "../../store/state";
import { useClient, useMe, useSelect } from "../app/context";
import { type Panel, useView } from "../app/view";
import { pictureUrl } from "../files/pictures";
import { MenuButton } from "../sidebar/MenuButton";
import { useArrangement } from "../sidebar/arrangement";
import { FAVOURITES, put } from "../sidebar/sections";
import { useKnocks } from "../channel/useKnocks";
import { canInvite } from "../client/rights";
import { useEndings } from "./useEndings";

export function Header({ channel, name }: { channel: ChannelState; name: string }) {
  const { info } = channel;
  const client = useClient();
  const view = useView();
  const me = useMe();
  const dm = info.kind === "dm";
  const endings = useEndings(info);
  const address = foreignIds(me, info);
  const [arrangement, arrange] = useArrangement();
  const favourite = arrangement.places[info.id] === FAVOURITES;
  const toggle = (panel: Panel) => view.setPanel(view.panel?.kind === panel.kind ? null : panel);

  const leave: MenuAction = {
    id: "leave",
    label: t.channel.leave,
    icon: "leave",
    danger: true,
    onAction: () => view.openDialog({ kind: "leave", channel: info.id }),
  };
  const items: (MenuAction | null | false)[] = [
    !dm &&
      canInvite(info) && {
        id: "invite",
        label: t.channel.invitePeople,
        icon: "people",
        onAction: () => view.openDialog({ kind: "invite", channel: info.id }),
      },
    { id: "pins", label: t.channel.showPins, icon: "pin", onAction: () => toggle({ kind: "pins" }) },
    {
      id: "read",
      label: t.channel.markRead,
      icon: "check",
      onAction: () => void client.actions.markRead(info.id, info.head, true),
    },
    {
      id: "favourite",
      label: favourite ? t.sections.unfavourite : t.sections.favourite,
      icon: "star",
      onAction: () => arrange((known) => put(known, info.id, favourite ? null : FAVOURITES)),
    },
    {
      id: "settings",
      label: dm ? t.channel.detailsDm : t.channel.details,
      icon: "settings",
      onAction: () => view.openDialog({ kind: "channel", channel: info.id }),
    },
    null,
    ...(dm ? endings : [leave]),
  ];

  return (
    <header className="conversation-head">
      <MenuButton active={info.id} />
      <span className="head-icon">
        <Face channel={channel} />
      </span>
      <div className="head-names">
        <h1 className="truncate">{name}</h1>
        {address && address !== name ? (
          <small className="truncate" title={address}>
            {address}
          </small>
        ) : null}
      </div>
      {!dm && me && info.host !== "" && info.host !== me.server ? (
        <span className="tag head-server truncate" title={info.host} data-testid="channel-server">
          {t.federation.on(info.host)}
        </span>
      ) : null}
      <p className="head-topic truncate" title={info.topic}>
        <LinkedText text={info.topic} />
      </p>
      <div className="head-tools">
        <IconButton
          icon="search"
          label={t.search.open}
          pressed={view.panel?.kind === "search"}
          onPress={() => toggle({ kind: "search" })}
        />
        {info.pins.length > 0 ? (
          <IconButton
            icon="pin"
            label={t.channel.showPins}
            pressed={view.panel?.kind === "pins"}
            onPress={() => toggle({ kind: "pins" })}
          />
        ) : null}
        <MemberCount
          channel={channel}
          shown={view.panel?.kind === "members"}
          onPress={() => toggle({ kind: "members" })}
        />
        <Menu
          label={t.channel.options}
          trigger={<IconButton icon="more" label={t.channel.options} />}
          items={items.filter((item) => item !== false)}
        />
      </div>
    </header>
  );
}

function Face({ channel }: { channel: ChannelState }) {
  const { info } = channel;
  if (info.kind === "dm") return <DmFace channel={channel} />;
  const icon = info.visibility === "private" ? "lock" : "hash";
  return <ChannelPicture picture={pictureUrl(info)} icon={icon} size={28} />;
}

interface MemberCountProps {
  channel: ChannelState;
  shown: boolean;
  onPress: () => void;
}

/** How many there are, and whether somebody asks to be one of them. */
function MemberCount({ channel, shown, onPress }: MemberCountProps) {
  const { info } = channel;
  const knocks = useKnocks(channel).length;
  return (
    <button
      type="button"
      className="member-count"
      aria-label={[
        `${t.channel.showMembers}: ${t.channel.members(info.member_count)}`,
        ...(knocks > 0 ? [t.channelSettings.knocksCount(knocks)] : []),
      ].join(", ")}
      aria-pressed={shown}
      onClick={onPress}
    >
      <Icon name="people" />
      <span aria-hidden="true">{info.member_count.toLocaleString(locale)}</span>
      {knocks > 0 ? <span className="knock-dot" aria-hidden="true" /> : null}
    </button>
  );
}

function DmFace({ channel }: { channel: ChannelState }) {
  const me = useMe();
  const online = useSelect((state) => state.online);
  const others = channel.info.people.filter((user) => user.id !== me?.id);
  const [first] = others;
  if (!first) return <Icon name="user" />;
  return (
    <Avatar
      id={first.id}
      name={displayName(first, first.id)}
      size={28}
      {...(others.length === 1 ? { online: Boolean(online[first.id]) } : {})}
    />
  );
}
