import { useEffect, useMemo, useState } from "react";
import type { Member, Membership, Role } from "../../api/types";
import { t } from "../../i18n";
import { spokenTexts } from "../../i18n/spoken";
import { nearEntry, onceLost } from "../../lib/focus";
import { Avatar } from "../../ui/Avatar";
import { BotTag, ListSkeleton } from "../../ui/bits";
import { Button, IconButton } from "../../ui/Button";
import { ConfirmDialog } from "../../ui/Dialog";
import { Failed } from "../../ui/Failed";
import { Menu, type MenuAction } from "../../ui/Menu";
import { Select } from "../../ui/Select";
import { byName, displayName } from "../../store/selectors";
import type { Dict } from "../../store/state";
import { useChannel, useClient, useMe, useSelect } from "../app/context";
import { useView } from "../app/view";
import { Knock } from "../channel/Knocks";
import { useKnocks } from "../channel/useKnocks";
import type { Client } from "../client/client";
import { canInvite, canModerate, may, outranks } from "../client/rights";
import { useFailing } from "../conversation/useFailing";
import { PanelFrame } from "./PanelFrame";

const ROLES: Role[] = ["owner", "moderator", "member", "guest"];

const SPANS = ["nothing", "hour", "day", "week"] as const;
const HOUR_S = 3_600;
const SPAN_S = { hour: HOUR_S, day: 24 * HOUR_S, week: 7 * 24 * HOUR_S };

type Ask = { member: Member; kind: "remove" | "ban" | "owner" };

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
      {ask ? <AskDialog channel={id} ask={ask} onClose={() => setAsk(null)} /> : null}
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
    <li className="person-row" data-entry={user.id}>
      <button
        type="button"
        className="person"
        onClick={() => view.openDialog({ kind: "profile", user: user.id })}
      >
        <Avatar id={user.id} name={name} size={32} online={user.bot ? undefined : on} />
        <span className="person-text">
          <span className="truncate">{name}</span>
          <small className="truncate">
            @{user.username}
            {user.server === me?.server ? "" : `:${user.server}`}
          </small>
        </span>
        {user.bot ? <BotTag /> : <span className="visually-hidden">{on ? t.nav.online : t.nav.offline}</span>}
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
    void changed(client, channel, member, { role }, spokenTexts().role[role](name));
  const items: (MenuAction | null | false)[] = [
    info.role === "owner" &&
      !member.user.bot &&
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
      !member.user.bot && {
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

/** Says so, and lets keys go on in the list: the row is elsewhere then, or gone. */
async function changed(
  client: Client,
  channel: string,
  { user }: Member,
  change: { membership?: Membership; role?: Role },
  said: string,
): Promise<boolean> {
  const back = nearEntry(user.id);
  if (!(await client.actions.setMember(channel, user.id, change))) return false;
  client.notices.show(said);
  onceLost(back);
  return true;
}

function AskDialog({ channel, ask, onClose }: { channel: string; ask: Ask; onClose: () => void }) {
  const client = useClient();
  const user = ask.member.user;
  const name = displayName(user, user.id);
  const change: Record<Ask["kind"], { membership?: Membership; role?: Role }> = {
    remove: { membership: "left" },
    ban: { membership: "banned" },
    owner: { role: "owner" },
  };
  const text = {
    remove: { title: t.members.removeTitle(name), text: t.members.removeText, action: t.members.remove },
    ban: { title: t.members.banTitle(name), text: t.members.banText, action: t.members.ban },
    owner: { title: t.members.ownerTitle(name), text: t.members.ownerText, action: t.members.makeOwner },
  }[ask.kind];
  const { removed, banned, role, lately } = spokenTexts();
  const done = { remove: removed, ban: banned, owner: role.owner };
  const [span, setSpan] = useState<(typeof SPANS)[number]>("nothing");
  const info = useChannel(channel)?.info;
  const sweeps = info !== undefined && canModerate(info) && ask.kind !== "owner";
  const confirm = async () => {
    const went = await changed(client, channel, ask.member, change[ask.kind], done[ask.kind](name));
    if (!went || span === "nothing") return;
    const gone = await client.actions.deleteLately(channel, user.id, SPAN_S[span]);
    if (gone) client.notices.show(lately.deleted(gone.deleted));
    if (gone?.waiting) client.notices.show(lately.waiting(gone.waiting));
  };
  const options = SPANS.map((value) => ({ value, title: lately[value] }));
  const choice = <Select label={lately.label} value={span} options={options} onChange={setSpan} />;
  return (
    <ConfirmDialog
      {...text}
      extra={sweeps ? choice : null}
      onConfirm={() => void confirm()}
      onClose={onClose}
    />
  );
}
