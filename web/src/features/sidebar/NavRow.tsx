import { memo, type MouseEvent, Suspense, useState } from "react";
import type { Status } from "../../api/types";
import { t } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { Boundary } from "../../ui/Boundary";
import { ChannelPicture } from "../../ui/ChannelPicture";
import { Icon } from "../../ui/Icon";
import { later } from "../../ui/later";
import { routeTo } from "../app/route";
import { useView } from "../app/view";
import { StatusSign } from "../status/StatusSign";
import { Waiting, type WaitingProps } from "./Waiting";

const RowMenu = later(() => import("./RowMenu"), { soon: true });

interface NavRowProps extends WaitingProps {
  id: string;
  name: string;
  /** Of people of other servers in a conversation. */
  address: string;
  /** Where a channel's picture is. */
  picture: string | null;
  isPrivate: boolean;
  invited: boolean;
  active: boolean;
  /** Something was begun here and not sent. */
  draft: boolean;
  /** The other person's id and name, of a conversation between two. */
  faceId: string | null;
  faceName: string;
  online: boolean | null;
  /** What the other person does just now. */
  status: Status | null;
  /** With its menu: pointed at or focused. */
  pointed: boolean;
  onPoint: (id: string) => void;
  onLeave: (id: string) => void;
  onLock: (locked: boolean) => void;
}

export const NavRow = memo(function NavRow(props: NavRowProps) {
  const { id, muted, loud, unread, kind } = props;
  const view = useView();
  // Each time that the menu is asked for by the other button of the mouse it is a new one, which begins open.
  const [asked, setAsked] = useState({ times: 0, begun: false });
  const ask = (event: MouseEvent) => {
    // On the menu itself, which lies elsewhere, too, this comes through here.
    if (props.invited || !event.currentTarget.contains(event.target as Node)) return;
    event.preventDefault();
    props.onPoint(id);
    props.onLock(true);
    setAsked(({ times }) => ({ times: times + 1, begun: true }));
  };
  const lock = (locked: boolean) => {
    props.onLock(locked);
    if (!locked) setAsked((was) => (was.begun ? { ...was, begun: false } : was));
  };
  return (
    <li
      className="nav-item"
      data-entry={id}
      onPointerEnter={() => props.onPoint(id)}
      onPointerMove={() => props.onPoint(id)}
      onFocus={() => props.onPoint(id)}
      onPointerLeave={({ currentTarget }) => {
        // What has the focus does not go away.
        if (!currentTarget.querySelector(":focus-visible, .row-menu :focus")) props.onLeave(id);
      }}
      onBlur={({ currentTarget, target, relatedTarget }) => {
        if (!currentTarget.contains(target) || currentTarget.contains(relatedTarget)) return;
        if (!currentTarget.matches(":hover")) props.onLeave(id);
      }}
      onContextMenu={ask}
    >
      <a
        className="nav-row"
        href={routeTo(id)}
        aria-current={props.active ? "page" : undefined}
        aria-keyshortcuts={props.invited ? undefined : "Shift+F10"}
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
        <StatusSign status={props.status} />
        {muted ? <span className="visually-hidden">{t.nav.muted}</span> : null}
        {props.invited ? <span className="tag">{t.nav.invited}</span> : null}
        {props.draft ? (
          <span className="draft-mark" role="img" aria-label={t.nav.draft}>
            <Icon name="edit" />
          </span>
        ) : null}
        <Waiting kind={kind} loud={loud} unread={unread} muted={muted} />
      </a>
      {props.pointed && !props.invited ? (
        <Boundary fallback={null}>
          <Suspense>
            <RowMenu key={asked.times} id={id} begun={asked.begun} onOpenChange={lock} />
          </Suspense>
        </Boundary>
      ) : null}
    </li>
  );
});

function Face({ faceId, faceName, online }: NavRowProps) {
  if (!faceId) return <Icon name="user" />;
  return <Avatar id={faceId} name={faceName} size={24} {...(online === null ? {} : { online })} />;
}
