import { memo, type ReactNode } from "react";
import { t } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { Badge } from "../../ui/bits";
import { ChannelPicture } from "../../ui/ChannelPicture";
import { Icon } from "../../ui/Icon";
import type { Channel } from "../../api/types";
import { routeTo } from "../app/route";
import { useView } from "../app/view";
import { RowMenu } from "./RowMenu";

interface NavRowProps {
  id: string;
  name: string;
  /** Of people of other servers in a conversation. */
  address: string;
  kind: Channel["kind"];
  /** Where a channel's picture is. */
  picture: string | null;
  isPrivate: boolean;
  invited: boolean;
  unread: number;
  /** What asks for the person: direct messages, mentions. */
  loud: number;
  muted: boolean;
  active: boolean;
  /** Something was begun here and not sent. */
  draft: boolean;
  /** The other person's id and name, of a conversation between two. */
  faceId: string | null;
  faceName: string;
  online: boolean | null;
  /** With its menu: pointed at or focused. */
  pointed: boolean;
  onPoint: (id: string) => void;
  onLock: (locked: boolean) => void;
}

export const NavRow = memo(function NavRow(props: NavRowProps) {
  const { id, muted, loud, unread, kind } = props;
  const view = useView();
  return (
    <li
      className="nav-item"
      data-entry={id}
      onPointerEnter={() => props.onPoint(id)}
      onPointerMove={() => props.onPoint(id)}
      onFocus={() => props.onPoint(id)}
    >
      <a
        className="nav-row"
        href={routeTo(id)}
        aria-current={props.active ? "page" : undefined}
        data-unread={(unread > 0 && !muted) || undefined}
        data-muted={muted || undefined}
        data-testid="nav-row"
        title={props.address || undefined}
        onClick={() => view.setDrawer(false)}
      >
        {kind === "dm" ? (
          <Face {...props} />
        ) : (
          <ChannelPicture picture={props.picture} icon={props.isPrivate ? "lock" : "hash"} size={24} />
        )}
        <span className="truncate">{props.name}</span>
        {muted ? <span className="visually-hidden">{t.nav.muted}</span> : null}
        {props.invited ? <span className="tag">{t.nav.invited}</span> : null}
        {props.draft ? (
          <span className="draft-mark" role="img" aria-label={t.nav.draft}>
            <Icon name="edit" />
          </span>
        ) : null}
        <Waiting kind={kind} loud={loud} unread={unread} muted={muted} />
      </a>
      {props.pointed && !props.invited ? <RowMenu id={id} onOpenChange={props.onLock} /> : null}
    </li>
  );
});

/** A muted conversation's mentions are counted, quietly. */
function Waiting({
  kind,
  loud,
  unread,
  muted,
}: Pick<NavRowProps, "kind" | "loud" | "unread" | "muted">): ReactNode {
  if (loud > 0) {
    const label = kind === "dm" ? t.nav.unread(loud) : t.nav.mentions(loud);
    return <Badge count={loud} loud={!muted} label={label} />;
  }
  return <Badge count={muted ? 0 : unread} label={t.nav.unread(unread)} />;
}

function Face({ faceId, faceName, online }: NavRowProps) {
  if (!faceId) return <Icon name="user" />;
  return <Avatar id={faceId} name={faceName} size={24} {...(online === null ? {} : { online })} />;
}
