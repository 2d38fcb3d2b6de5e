import { useMemo } from "react";
import { t } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { Badge, ListSkeleton } from "../../ui/bits";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Wordmark } from "../../ui/Logo";
import { Menu } from "../../ui/Menu";
import {
  channelName,
  directMessages,
  displayName,
  inboxCount,
  joinedChannels,
  otherPeople,
} from "../../store/selectors";
import type { ChannelState, State } from "../../store/state";
import { useQuiet } from "../attention/settings";
import { useClient, useMe, useSelect } from "../app/context";
import { routeTo } from "../app/route";
import { useView } from "../app/view";

export function Sidebar({ active }: { active: string | null }) {
  const view = useView();
  const synced = useSelect((state) => state.synced);
  const inboxUnread = useSelect(inboxCount);
  return (
    <nav className="sidebar" aria-label={t.nav.label}>
      <header className="sidebar-head">
        <a href="#/" className="wordmark-link" aria-label="Loggia" onClick={() => view.setDrawer(false)}>
          <Wordmark size={26} />
        </a>
        <span className="inbox-button">
          <IconButton
            icon="bell"
            label={t.nav.inbox}
            pressed={view.panel?.kind === "inbox"}
            onPress={() => {
              view.setPanel(view.panel?.kind === "inbox" ? null : { kind: "inbox" });
              view.setDrawer(false);
            }}
          />
          <Badge count={inboxUnread} loud label={t.nav.mentions(inboxUnread)} />
        </span>
        <span className="only-small">
          <IconButton icon="close" label={t.nav.close} onPress={() => view.setDrawer(false)} />
        </span>
      </header>
      <button type="button" className="jump" onClick={() => view.openDialog({ kind: "switcher" })}>
        <Icon name="search" />
        <span className="truncate">{t.nav.jump}</span>
        <kbd className="kbd" aria-hidden="true">
          {/Mac|iPhone/.test(navigator.userAgent) ? "⌘K" : "Ctrl K"}
        </kbd>
      </button>
      <div className="sidebar-lists scroll">
        {synced ? <Lists active={active} /> : <ListSkeleton label={t.common.loading} rows={6} />}
      </div>
      <Account />
    </nav>
  );
}

function Lists({ active }: { active: string | null }) {
  const client = useClient();
  const view = useView();
  const channels = useSelect((state) => state.channels);
  const users = useSelect((state) => state.users);
  const online = useSelect((state) => state.online);
  // Typing and pages change channels too; the lists are cheap to derive, rows are compared below.
  const state = useMemo<State>(
    () => ({ ...client.store.getState(), channels, users, online }),
    [client, channels, users, online],
  );
  const rooms = useMemo(() => joinedChannels(state), [state]);
  const dms = useMemo(() => directMessages(state), [state]);
  return (
    <>
      <section aria-labelledby="nav-channels">
        <div className="sidebar-title">
          <h2 id="nav-channels">{t.nav.channels}</h2>
          <IconButton
            icon="search"
            size="small"
            label={t.nav.browse}
            onPress={() => view.openDialog({ kind: "directory" })}
          />
          <IconButton
            icon="add"
            size="small"
            label={t.nav.create}
            onPress={() => view.openDialog({ kind: "create" })}
          />
        </div>
        {rooms.length === 0 ? <p className="sidebar-empty">{t.nav.noChannels}</p> : null}
        <ul>
          {rooms.map((channel) => (
            <Row key={channel.info.id} channel={channel} state={state} active={channel.info.id === active} />
          ))}
        </ul>
      </section>
      <section aria-labelledby="nav-dms">
        <div className="sidebar-title">
          <h2 id="nav-dms">{t.nav.dms}</h2>
          <IconButton
            icon="add"
            size="small"
            label={t.nav.startDm}
            onPress={() => view.openDialog({ kind: "dm" })}
          />
        </div>
        {dms.length === 0 ? <p className="sidebar-empty">{t.nav.noDms}</p> : null}
        <ul>
          {dms.map((channel) => (
            <Row key={channel.info.id} channel={channel} state={state} active={channel.info.id === active} />
          ))}
        </ul>
      </section>
    </>
  );
}

function Row({ channel, state, active }: { channel: ChannelState; state: State; active: boolean }) {
  const { info } = channel;
  const view = useView();
  const name = channelName(state, channel);
  const dm = info.kind === "dm";
  const muted = info.notify === "none";
  const loud = dm ? info.unread : info.mentions;
  const unread = info.unread > 0 && !muted;
  return (
    <li>
      <a
        className="nav-row"
        href={routeTo(info.id)}
        aria-current={active ? "page" : undefined}
        data-unread={unread || undefined}
        data-muted={muted || undefined}
        data-testid="nav-row"
        onClick={() => view.setDrawer(false)}
      >
        {dm ? (
          <DmFace channel={channel} state={state} />
        ) : (
          <Icon name={info.visibility === "private" ? "lock" : "hash"} />
        )}
        <span className="truncate">{name}</span>
        {info.membership === "invited" ? <span className="tag">{t.nav.invited}</span> : null}
        {loud > 0 && !muted ? (
          <Badge count={loud} loud label={dm ? t.nav.unread(loud) : t.nav.mentions(loud)} />
        ) : (
          <Badge count={muted ? 0 : info.unread} label={t.nav.unread(info.unread)} />
        )}
      </a>
    </li>
  );
}

function DmFace({ channel, state }: { channel: ChannelState; state: State }) {
  const [first, ...rest] = otherPeople(state, channel);
  const user = first ?? state.me;
  if (!user) return <Icon name="user" />;
  const online = rest.length === 0 ? Boolean(state.online[user.id]) || user.id === state.me?.id : undefined;
  return (
    <Avatar
      id={user.id}
      name={displayName(user, user.id)}
      size={24}
      {...(online === undefined ? {} : { online })}
    />
  );
}

function Account() {
  const client = useClient();
  const view = useView();
  const me = useMe();
  const connected = useSelect((state) => state.connection.state === "online");
  const quiet = useQuiet();
  if (!me) return null;
  const name = displayName(me, me.id);
  return (
    <footer className="account">
      <Avatar id={me.id} name={name} size={34} online={connected} />
      <div className="account-text">
        <div className="truncate account-name">{name}</div>
        <div className="truncate account-id">{me.id}</div>
      </div>
      {quiet ? (
        <IconButton
          icon="moon"
          label={t.attention.quiet}
          onPress={() => view.openDialog({ kind: "settings", tab: "notifications" })}
        />
      ) : null}
      <Menu
        label={t.nav.account}
        trigger={<IconButton icon="settings" label={t.nav.account} />}
        items={[
          {
            id: "settings",
            label: t.nav.settings,
            icon: "settings",
            onAction: () => view.openDialog({ kind: "settings" }),
          },
          {
            id: "notifications",
            label: t.settings.notifications,
            icon: "bell",
            onAction: () => view.openDialog({ kind: "settings", tab: "notifications" }),
          },
          {
            id: "profile",
            label: t.settings.profile,
            icon: "user",
            onAction: () => view.openDialog({ kind: "profile", user: me.id }),
          },
          null,
          { id: "out", label: t.nav.signOut, icon: "leave", onAction: () => void client.signOut() },
        ]}
      />
    </footer>
  );
}
