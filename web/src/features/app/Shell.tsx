// The signed-in frame: sidebar, conversation, side panel, dialogs, keyboard.

import { Suspense, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { t } from "../../i18n";
import { Conversation } from "../conversation/Conversation";
import { usePersonMenu } from "../people/usePersonMenu";
import { PanelFrame } from "../panels/PanelFrame";
import { Sidebar } from "../sidebar/Sidebar";
import { useIcon } from "../attention/icon";
import { OfferNote } from "../attention/OfferNote";
import { ConnectionNote } from "./ConnectionNote";
import { useClient, useSelect } from "./context";
import { fileUrl } from "../../api/files";
import type { User } from "../../api/types";
import { Pictures } from "../../ui/Avatar";
import { Boundary } from "../../ui/Boundary";
import { Failed } from "../../ui/Failed";
import { EarlyKeys } from "../../ui/early";
import { isGone, later, loadEarly } from "../../ui/later";
import { PopupsContext } from "../../ui/popups";
import { References } from "../../ui/markdown/references";
import { useReferences } from "./references";
import { LiveRegion } from "./LiveRegion";
import { popups } from "./popups";
import { go, layers, useRoute } from "./route";
import { useShortcuts } from "./shortcuts";
import { useTitle } from "./title";
import { RefusalsNote } from "./RefusalsNote";
import { type DialogView, type Panel, type View, ViewContext } from "./view";
import { EndingsNote } from "./EndingsNote";
import { UpdateNote } from "./UpdateNote";
import { useLeaving } from "./useLeaving";
import { useReturn } from "./useReturn";
import { useShownPanel } from "./useShownPanel";
import { Welcome } from "./Welcome";

const SidePanel = later(async () => ({ default: (await import("../panels/Panel")).Panel }), {
  soon: true,
});
const Dialogs = later(() => import("../dialogs/Dialogs"), { soon: true });

const EARLY_AFTER_MS = 3_000;

export default function Shell() {
  const route = useRoute();
  const { panel: wanted, dialog, drawer } = useSyncExternalStore(layers.subscribe, layers.get);
  const panel = useShownPanel(wanted, route.channel);
  useEffect(watchHistory, []);
  const view = useMemo<View>(() => ({ panel, setPanel, openDialog, setDrawer }), [panel]);
  useShortcuts(view);
  useTitle(route.channel);
  useIcon();
  useAttention();
  useLastChannel(route.channel);
  useReturn(dialog, route.channel);
  useLeaving();
  useEffect(whenIdle, []);
  const users = useSelect((state) => state.users);
  const pictures = useCallback((id: string) => pictureOf(users[id]), [users]);
  const references = useReferences();
  const people = usePersonMenu(route.channel, panel?.kind === "thread" ? panel.root : null);
  const { notices } = useClient();
  // A late answer closes what it was asked from, not what was opened since.
  const close = useCallback(() => {
    if (layers.get().dialog === dialog) closeDialog();
  }, [dialog]);
  // Nothing lies over the page that way, and what opens the dialog tries once more.
  const dialogFailed = () => {
    if (!isGone()) notices.show(t.app.partFailed);
    closeDialog();
  };

  return (
    <ViewContext value={view}>
      <PopupsContext value={popups}>
        <References value={references}>
          <Pictures value={pictures}>
            <a className="skip-link" href="#main" onClick={skipToMessages}>
              {t.nav.skip}
            </a>
            <div
              className="shell"
              data-panel={panel?.kind}
              data-drawer={drawer || undefined}
              onContextMenu={people.onContextMenu}
            >
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
                <EndingsNote />
                <OfferNote />
                {route.channel ? (
                  <Conversation key={route.channel} id={route.channel} target={route.message} />
                ) : (
                  <Welcome />
                )}
              </main>
              {panel ? (
                <Boundary key={panel.kind} fallback={panelFailed}>
                  <Suspense fallback={panel.kind === "search" ? <EarlyKeys onEscape={closePanel} /> : null}>
                    <SidePanel panel={panel} channel={route.channel} />
                  </Suspense>
                </Boundary>
              ) : null}
            </div>
            {people.menu}
            {dialog ? (
              <Boundary fallback={null} onFail={dialogFailed}>
                <Suspense fallback={BOXES.has(dialog.kind) ? <EarlyKeys onEscape={close} /> : null}>
                  <Dialogs dialog={dialog} onClose={close} />
                </Suspense>
              </Boundary>
            ) : null}
            <LiveRegion active={route.channel} />
          </Pictures>
        </References>
      </PopupsContext>
    </ViewContext>
  );
}

const setPanel = (panel: Panel | null) => layers.change({ panel });
const openDialog = (dialog: DialogView | null) => layers.change({ dialog });
const setDrawer = (drawer: boolean) => layers.change({ drawer });
const closePanel = () => setPanel(null);
const closeDialog = () => openDialog(null);

/** Dialogs that one opens to write into. */
const BOXES: ReadonlySet<DialogView["kind"]> = new Set(["switcher", "dm", "invite"]);

/** What is opened later is there at once then; the first picture does not wait for it. */
function whenIdle(): () => void {
  if (!("requestIdleCallback" in window)) {
    const timer = setTimeout(() => void loadEarly(), EARLY_AFTER_MS);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(() => void loadEarly(), { timeout: EARLY_AFTER_MS });
  return () => cancelIdleCallback(handle);
}

const panelFailed = (retry: () => void) => (
  <PanelFrame title={t.app.broken}>
    <Failed onRetry={retry} />
  </PanelFrame>
);

function watchHistory(): () => void {
  layers.start();
  addEventListener("popstate", layers.arrive);
  addEventListener("hashchange", layers.arrive);
  return () => {
    removeEventListener("popstate", layers.arrive);
    removeEventListener("hashchange", layers.arrive);
  };
}

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
