import { useEffect, useMemo, useState } from "react";
import type { Member, Role } from "../../api/types";
import { t } from "../../i18n";
import { spokenTexts } from "../../i18n/spoken";
import { Avatar } from "../../ui/Avatar";
import { BotTag, ListSkeleton } from "../../ui/bits";
import { Button, IconButton } from "../../ui/Button";
import { ConfirmDialog } from "../../ui/Dialog";
import { Failed } from "../../ui/Failed";
import { Menu, type MenuAction } from "../../ui/Menu";
import { byName, displayName } from "../../store/selectors";
import type { Dict } from "../../store/state";
import { useChannel, useClient, useMe, useSelect } from "../app/context";
import { useView } from "../app/view";
import { Knock } from "../channel/Knocks";
import { useKnocks } from "../channel/useKnocks";
import { changeMember } from "../client/membership";
import { canInvite, may, type Outing, outranks } from "../client/rights";
import { useFailing } from "../conversation/useFailing";
import { PutOut } from "../dialogs/PutOut";
import { StatusLine } from "../status/StatusLine";
import { PanelFrame } from "./PanelFrame";

const ROLES: Role[] = ["owner", "moderator", "member", "guest"];

type Ask = { member: Member; kind: Outing | "owner" };

export default function MembersPanel({ channel: id }: { channel: string }) {
  const client = useClient();
  const view = useView();
  const channel = useChannel(id);
  const online = useSelect((state) => state.online);
  const me = useMe();
  const [ask, setAsk] = useState<Ask | null>(null);
  const members = channel?.members;
  const knocks = useKnocks(channel);
  const missing = channel !== undefined && !members;
  const { failed, fail, retry } = useFailing();
  useEffect(() => {
    if (missing && !failed) void client.actions.loadMembers(id).then((done) => done || fail());
  }, [client, id, missing, failed, fail]);

  const groups = useMemo(() => {
    const here = Object.values(members?.byId ?? {}).filter((member) => member.membership === "joined");
    const isOn = (user: string, on: Dict<true>) => user === me?.id || Boolean(on[user]);
    const sort = (a: Member, b: Member) =>
      Number(isOn(b.user.id, online)) - Number(isOn(a.user.id, online)) ||
      byName(displayName(a.user, a.user.id), displayName(b.user, b.user.id));
    return ROLES.map((role) => ({ role, list: here.filter((member) => member.role === role).sort(sort) }));
  }, [members, online, me]);

  if (!channel) return null;
  const { info } = channel;
  const next = members?.next;
  return (
    <PanelFrame
      title={t.members.title}
      actions={
        canInvite(info) ? (
          <IconButton
            icon="add"
            label={t.channel.invitePeople}
            onPress={() => view.openDialog({ kind: "invite", channel: id })}
          />
        ) : null
      }
    >
      <div className="panel-body scroll" data-testid="members">
        {knocks.length > 0 ? (
          <section aria-label={t.channelSettings.knocksTitle}>
            <h3 className="panel-group">{t.channelSettings.knocksTitle}</h3>
            <ul className="people" data-testid="knocks">
              {knocks.map((member) => (
                <Knock key={member.user.id} channel={channel} member={member} />
              ))}
            </ul>
          </section>
        ) : null}
        {missing && failed ? <Failed onRetry={retry} /> : null}
        {missing && !failed ? <ListSkeleton label={t.common.loading} /> : null}
        {groups.map(({ role, list }) =>
          list.length === 0 ? null : (
            <section key={role} aria-label={t.members[role]}>
              {info.kind === "dm" ? null : <h3 className="panel-group">{t.members[role]}</h3>}
              <ul className="people">
                {list.map((member) => (
                  <MemberRow key={member.user.id} channel={id} member={member} onAsk={setAsk} />
                ))}
              </ul>
            </section>
          ),
        )}
        {next ? (
          <Button wide variant="quiet" onPress={() => void client.actions.loadMembers(id, next)}>
            {t.members.more}
          </Button>
        ) : null}
      </div>
      {ask?.kind === "owner" ? (
        <NewOwner channel={id} member={ask.member} onClose={() => setAsk(null)} />
      ) : ask ? (
        <PutOut channel={id} user={ask.member.user.id} how={ask.kind} onClose={() => setAsk(null)} />
      ) : null}
    </PanelFrame>
  );
}

interface MemberProps {
  channel: string;
  member: Member;
  onAsk: (ask: Ask) => void;
}

function MemberRow({ channel, member, onAsk }: MemberProps) {
  const view = useView();
  const me = useMe();
  const user = useSelect((state) => state.users[member.user.id]) ?? member.user;
  const on = useSelect((state) => Boolean(state.online[user.id])) || user.id === me?.id;
  const name = displayName(user, user.id);
  return (
    <li className="person-row" data-entry={user.id} data-person={user.id}>
      <button
        type="button"
        className="person"
        onClick={() => view.openDialog({ kind: "profile", user: user.id, channel })}
      >
        <Avatar id={user.id} name={name} size={32} online={user.webhook ? undefined : on} />
        <span className="person-text">
          <span className="truncate">{name}</span>
          <small className="truncate">
            @{user.username}
            {user.server === me?.server ? "" : `:${user.server}`}
          </small>
          {user.status ? <StatusLine status={user.status} /> : null}
        </span>
        {user.webhook ? null : <span className="visually-hidden">{on ? t.nav.online : t.nav.offline}</span>}
        {user.bot ? <BotTag /> : null}
        {user.id === me?.id ? <span className="tag">{t.common.you}</span> : null}
      </button>
      <MemberMenu channel={channel} member={member} onAsk={onAsk} />
    </li>
  );
}

function MemberMenu({ channel, member, onAsk }: MemberProps) {
  const client = useClient();
  const info = useChannel(channel)?.info;
  const me = useMe();
  if (!info || info.kind === "dm" || member.user.id === me?.id || !outranks(info.role, member.role))
    return null;
  const name = displayName(member.user, member.user.id);
  const setRole = (role: Role) =>
    void changeMember(client, channel, member.user.id, { role }, spokenTexts().role[role](name));
  const items: (MenuAction | null | false)[] = [
    info.role === "owner" &&
      !member.user.webhook &&
      member.role !== "moderator" && {
        id: "mod",
        label: t.members.makeModerator,
        onAction: () => setRole("moderator"),
      },
    member.role !== "guest" && {
      id: "guest",
      label: t.members.makeGuest,
      onAction: () => setRole("guest"),
    },
    member.role !== "member" && {
      id: "member",
      label: t.members.makeMember,
      onAction: () => setRole("member"),
    },
    // Nobody signs in to it who could give the channel back.
    info.role === "owner" &&
      !member.user.webhook && {
        id: "owner",
        label: t.members.makeOwner,
        onAction: () => onAsk({ member, kind: "owner" }),
      },
    null,
    may(info, "kick") && {
      id: "kick",
      label: t.members.remove,
      danger: true,
      onAction: () => onAsk({ member, kind: "remove" }),
    },
    may(info, "ban") && {
      id: "ban",
      label: t.members.ban,
      danger: true,
      onAction: () => onAsk({ member, kind: "ban" }),
    },
  ];
  return (
    <Menu
      label={t.members.actions(name)}
      trigger={<IconButton icon="more" size="small" label={t.members.actions(name)} />}
      items={items.filter((item) => item !== false)}
    />
  );
}

function NewOwner({ channel, member, onClose }: Omit<MemberProps, "onAsk"> & { onClose: () => void }) {
  const client = useClient();
  const { id } = member.user;
  const name = displayName(member.user, id);
  const said = spokenTexts().role.owner(name);
  return (
    <ConfirmDialog
      title={t.members.ownerTitle(name)}
      text={t.members.ownerText}
      action={t.members.makeOwner}
      onConfirm={() => void changeMember(client, channel, id, { role: "owner" }, said)}
      onClose={onClose}
    />
  );
}
