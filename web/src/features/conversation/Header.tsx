import { locale, t } from "../../i18n";
import { Media, useMedia } from "../../lib/media";
import { Avatar } from "../../ui/Avatar";
import { IconButton } from "../../ui/Button";
import { ChannelPicture } from "../../ui/ChannelPicture";
import { Icon } from "../../ui/Icon";
import { LinkedText } from "../../ui/markdown/Markdown";
import { later } from "../../ui/later";
import { LateMenu } from "../../ui/Menu";
import { displayName, foreignIds } from "../../store/selectors";
import type { ChannelState } from "../../store/state";
import { useMe, useSelect } from "../app/context";
import { type Panel, useView } from "../app/view";
import { pictureUrl } from "../files/pictures";
import { MenuButton } from "../sidebar/MenuButton";
import { useKnocks } from "../channel/useKnocks";

const HeaderMenu = later(() => import("./HeaderMenu"), { soon: true });

/** There the name of the channel needs the room: what else the head leads to is in its menu. */
const NARROW = new Media("(max-width: 419.98px)");

interface HeaderProps {
  channel: ChannelState;
  name: string;
}

export function Header({ channel, name }: HeaderProps) {
  const { info } = channel;
  const view = useView();
  const me = useMe();
  const dm = info.kind === "dm";
  const address = foreignIds(me, info);
  const narrow = useMedia(NARROW);
  const toggle = (panel: Panel) => view.setPanel(view.panel?.kind === panel.kind ? null : panel);

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
        {info.pins.length > 0 && !narrow ? (
          <IconButton
            icon="pin"
            label={t.channel.showPins}
            pressed={view.panel?.kind === "pins"}
            onPress={() => toggle({ kind: "pins" })}
          />
        ) : null}
        {narrow ? null : (
          <MemberCount
            channel={channel}
            shown={view.panel?.kind === "members"}
            onPress={() => toggle({ kind: "members" })}
          />
        )}
        <Options channel={channel} narrow={narrow} onPanel={toggle} />
      </div>
    </header>
  );
}

export interface OptionsProps {
  channel: ChannelState;
  narrow: boolean;
  onPanel: (panel: Panel) => void;
}

function Options(props: OptionsProps) {
  const knocks = useKnocks(props.channel).length;
  const waits = props.narrow && knocks > 0 ? [t.channelSettings.knocksCount(knocks)] : [];
  const trigger = <IconButton icon="more" label={[t.channel.options, ...waits].join(", ")} />;
  return (
    <span className="head-options">
      <LateMenu trigger={trigger}>
        {(begin) => <HeaderMenu {...props} {...begin} trigger={trigger} />}
      </LateMenu>
      {waits.length > 0 ? <span className="knock-dot" aria-hidden="true" /> : null}
    </span>
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
