import { Suspense } from "react";
import { t } from "../../i18n";
import { isMac } from "../../lib/keys";
import { Avatar } from "../../ui/Avatar";
import { Badge, ListSkeleton } from "../../ui/bits";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { later } from "../../ui/later";
import { Wordmark } from "../../ui/Logo";
import { Menu } from "../../ui/Menu";
import { displayName, inboxNews } from "../../store/selectors";
import { useQuiet } from "../attention/settings";
import { useClient, useMe, useSelect } from "../app/context";
import { useView } from "../app/view";
import { ReportsRow } from "../reports/ReportsRow";
import { StatusSign } from "../status/StatusSign";
import { Lists } from "./Lists";
import { moveInLists } from "./moving";

const ScheduledRow = later(() => import("../scheduled/ScheduledRow"));

export function Sidebar({ active }: { active: string | null }) {
  const view = useView();
  const synced = useSelect((state) => state.synced);
  const inboxUnread = useSelect(inboxNews);
  // What one wanted to be reminded of mentions nobody.
  const counted = useSelect(({ inbox }) => (inbox.reminders > 0 ? t.nav.unread : t.nav.mentions));
  const anyScheduled = useSelect((state) => Object.keys(state.scheduled.byId).length > 0);
  return (
    <nav className="sidebar" aria-label={t.nav.label}>
      <header className="sidebar-head">
        <a href="#/" className="wordmark-link" aria-label="Loggia" onClick={() => view.setDrawer(false)}>
          <Wordmark size={26} />
        </a>
        <IconButton
          icon="bookmark"
          label={t.nav.saved}
          pressed={view.panel?.kind === "saved"}
          onPress={() => {
            view.setPanel(view.panel?.kind === "saved" ? null : { kind: "saved" });
            view.setDrawer(false);
          }}
        />
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
          <Badge count={inboxUnread} loud label={counted(inboxUnread)} />
        </span>
        <span className="only-small">
          <IconButton icon="close" label={t.nav.close} onPress={() => view.setDrawer(false)} />
        </span>
      </header>
      <button type="button" className="jump" onClick={() => view.openDialog({ kind: "switcher" })}>
        <Icon name="search" />
        <span className="truncate">{t.nav.jump}</span>
        <kbd className="kbd" aria-hidden="true">
          {isMac() ? "⌘K" : `${t.shortcuts.keys.control} K`}
        </kbd>
      </button>
      <ReportsRow />
      {anyScheduled ? (
        <Suspense>
          <ScheduledRow />
        </Suspense>
      ) : null}
      <div className="sidebar-lists scroll" onKeyDown={moveInLists}>
        {synced ? <Lists active={active} /> : <ListSkeleton label={t.common.loading} rows={6} />}
      </div>
      <Account />
    </nav>
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
        <div className="account-name">
          <span className="truncate">{name}</span>
          <StatusSign status={me.status} />
        </div>
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
            id: "status",
            label: t.nav.setStatus,
            icon: "smile",
            onAction: () => view.openDialog({ kind: "status" }),
          },
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
          ...(me.role === "admin"
            ? [
                {
                  id: "admin",
                  label: t.nav.administration,
                  icon: "people" as const,
                  onAction: () => view.openDialog({ kind: "admin" }),
                },
              ]
            : []),
          null,
          { id: "out", label: t.nav.signOut, icon: "leave", onAction: () => void client.signOut() },
        ]}
      />
    </footer>
  );
}
