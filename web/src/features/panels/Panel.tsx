// The side panel: a column on wide screens, over the conversation on small ones. Loaded when opened.

import { lazy, Suspense } from "react";
import { t } from "../../i18n";
import { ListSkeleton } from "../../ui/bits";
import type { Panel as PanelView } from "../app/view";

const InboxPanel = lazy(() => import("./InboxPanel"));
const MembersPanel = lazy(() => import("./MembersPanel"));
const PinsPanel = lazy(() => import("./PinsPanel"));
const SearchPanel = lazy(() => import("../search/SearchPanel"));
const ThreadPanel = lazy(() => import("./ThreadPanel"));

export function Panel({ panel, channel }: { panel: PanelView; channel: string | null }) {
  return (
    <Suspense
      fallback={
        <div className="panel">
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
  if (panel.kind === "search") return <SearchPanel channel={channel} {...panel} key={panel.query} />;
  if (!channel) return null;
  if (panel.kind === "members") return <MembersPanel channel={channel} />;
  if (panel.kind === "pins") return <PinsPanel channel={channel} />;
  return <ThreadPanel key={panel.root} channel={channel} root={panel.root} target={panel.target ?? null} />;
}
