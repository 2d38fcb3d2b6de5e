// The side panel: a column on wide screens, over the conversation on small ones. Loaded when opened.

import { Suspense } from "react";
import { t } from "../../i18n";
import { ListSkeleton } from "../../ui/bits";
import { EarlyKeys } from "../../ui/early";
import { later } from "../../ui/later";
import { useView, type Panel as PanelView } from "../app/view";

const SearchPanel = later(() => import("../search/SearchPanel"), { soon: true });
const FilesPanel = later(() => import("./FilesPanel"), { soon: true });
const InboxPanel = later(() => import("./InboxPanel"), { soon: true });
const MembersPanel = later(() => import("./MembersPanel"), { soon: true });
const PinsPanel = later(() => import("./PinsPanel"), { soon: true });
const SavedPanel = later(() => import("./SavedPanel"), { soon: true });
const ScheduledPanel = later(() => import("../scheduled/ScheduledPanel"));
const ThreadPanel = later(() => import("./ThreadPanel"), { soon: true });

export function Panel({ panel, channel }: { panel: PanelView; channel: string | null }) {
  const view = useView();
  return (
    <Suspense
      fallback={
        <div className="panel">
          {panel.kind === "search" ? <EarlyKeys onEscape={() => view.setPanel(null)} /> : null}
          <ListSkeleton label={t.common.loading} />
        </div>
      }
    >
      <Open panel={panel} channel={channel} />
    </Suspense>
  );
}

function Open({ panel, channel }: { panel: PanelView; channel: string | null }) {
  if (panel.kind === "inbox") return <InboxPanel />;
  if (panel.kind === "saved") return <SavedPanel />;
  if (panel.kind === "scheduled") return <ScheduledPanel />;
  if (panel.kind === "search") return <SearchPanel channel={channel} {...panel} key={panel.query} />;
  if (panel.kind === "thread") {
    const { channel: of, root, target = null } = panel;
    return <ThreadPanel key={root} channel={of} root={root} target={target} />;
  }
  if (!channel) return null;
  if (panel.kind === "members") return <MembersPanel channel={channel} />;
  if (panel.kind === "files") return <FilesPanel key={channel} channel={channel} />;
  return <PinsPanel channel={channel} />;
}
