// The signed-in frame: sidebar, conversation, side panel, dialogs, keyboard.

import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { t } from "../../i18n";
import { Conversation } from "../conversation/Conversation";
import { Sidebar } from "../sidebar/Sidebar";
import { useIcon } from "../attention/icon";
import { OfferNote } from "../attention/OfferNote";
import { ConnectionNote } from "./ConnectionNote";
import { useClient, useSelect } from "./context";
import { fileUrl } from "../../api/files";
import type { User } from "../../api/types";
import { Pictures } from "../../ui/Avatar";
import { References } from "../../ui/markdown/references";
import { useReferences } from "./references";
import { LiveRegion } from "./LiveRegion";
import { go, useRoute } from "./route";
import { useShortcuts } from "./shortcuts";
import { useTitle } from "./title";
import { RefusalsNote } from "./RefusalsNote";
import { type DialogView, type Panel, type View, ViewContext } from "./view";
import { UpdateNote } from "./UpdateNote";
import { Welcome } from "./Welcome";

const SidePanel = lazy(() => import("../panels/Panel").then(({ Panel }) => ({ default: Panel })));
const Dialogs = lazy(() => import("../dialogs/Dialogs"));

export default function Shell() {
  const route = useRoute();
  const [panel, setPanel] = useState<Panel | null>(null);
  const [dialog, openDialog] = useState<DialogView | null>(null);
  const [drawer, setDrawer] = useState(false);
  const wide = useMemo(() => matchMedia("(min-width: 1200px)"), []);

  // A thread or pins belong to one conversation; on a small screen any panel would cover the next one.
  const [panelChannel, setPanelChannel] = useState(route.channel);
  if (panelChannel !== route.channel) {
    setPanelChannel(route.channel);
    setDrawer(false);
    if (panel && !staysWith(panel, route.channel, wide.matches)) setPanel(null);
  }

  const view = useMemo<View>(() => ({ panel, setPanel, openDialog, setDrawer }), [panel]);
  useShortcuts(view);
  useTitle(route.channel);
  useIcon();
  useAttention();
  useLastChannel(route.channel);
  const users = useSelect((state) => state.users);
  const pictures = useCallback((id: string) => pictureOf(users[id]), [users]);
  const references = useReferences();
  const closeDialog = useCallback(() => openDialog(null), []);

  return (
    <ViewContext value={view}>
      <References value={references}>
        <Pictures value={pictures}>
          <a className="skip-link" href="#main" onClick={skipToMessages}>
            {t.nav.skip}
          </a>
          <div className="shell" data-panel={panel?.kind} data-drawer={drawer || undefined}>
            <Sidebar active={route.channel} />
            {drawer ? (
              <button
                type="button"
                className="drawer-scrim"
                aria-label={t.nav.close}
                onClick={() => setDrawer(false)}
              />
            ) : null}
            <main className="main" id="main" tabIndex={-1}>
              <ConnectionNote />
              <UpdateNote />
              <RefusalsNote />
              <OfferNote />
              {route.channel ? (
                <Conversation key={route.channel} id={route.channel} target={route.message} />
              ) : (
                <Welcome />
              )}
            </main>
            {panel ? (
              <Suspense fallback={null}>
                <SidePanel panel={panel} channel={route.channel} />
              </Suspense>
            ) : null}
          </div>
          {dialog ? (
            <Suspense fallback={null}>
              <Dialogs dialog={dialog} onClose={closeDialog} />
            </Suspense>
          ) : null}
          <LiveRegion active={route.channel} />
        </Pictures>
      </References>
    </ViewContext>
  );
}

/** Whether a panel stays open when another conversation is shown; its own thread was opened together with it. */
const staysWith = (panel: Panel, channel: string | null, wide: boolean): boolean =>
  panel.kind === "thread"
    ? panel.channel === channel
    : wide && (panel.kind === "members" || panel.kind === "search");

/** Notifications, sounds and what is kept for later are nothing for the first picture. */
function useAttention(): void {
  const client = useClient();
  useEffect(() => {
    const stops: (() => void)[] = [];
    let wanted = true;
    void import("../attention/attention").then(({ startAttention }) => {
      if (wanted) stops.push(startAttention(client));
    });
    void import("../client/offline").then(({ keepOffline }) => {
      if (wanted) stops.push(keepOffline(client.store));
    });
    return () => {
      wanted = false;
      for (const stop of stops) stop();
    };
  }, [client]);
}
const pictureOf = (user: User | undefined): string | null =>
  user?.avatar ? fileUrl({ hash: user.avatar, name: "avatar" }) : null;

function skipToMessages(event: { preventDefault: () => void }) {
  event.preventDefault();
  (document.getElementById("messages") ?? document.getElementById("main"))?.focus();
}

/** Leads back to a conversation that was left or that never was. */
function useLastChannel(active: string | null): void {
  const gone = useSelect((state) => Boolean(active && state.synced && !state.channels[active]));
  const [known, setKnown] = useState<string | null>(null);
  const present = useSelect((state) => Boolean(active && state.channels[active]));
  if (present && known !== active) setKnown(active);
  useEffect(() => {
    if (gone && known === active) go(null, undefined, { replace: true });
  }, [gone, known, active]);
}
