// The side panel: a column on wide screens, over the conversation on small ones.

import type { ReactNode } from "react";
import { t } from "../../i18n";
import { IconButton } from "../../ui/Button";
import { type Panel as PanelView, useView } from "../app/view";
import { SearchPanel } from "../search/SearchPanel";
import { InboxPanel } from "./InboxPanel";
import { MembersPanel } from "./MembersPanel";
import { PinsPanel } from "./PinsPanel";
import { ThreadPanel } from "./ThreadPanel";

export function Panel({ panel, channel }: { panel: PanelView; channel: string | null }) {
  if (panel.kind === "inbox") return <InboxPanel />;
  if (panel.kind === "search") return <SearchPanel channel={channel} {...panel} key={panel.query} />;
  if (!channel) return null;
  if (panel.kind === "members") return <MembersPanel channel={channel} />;
  if (panel.kind === "pins") return <PinsPanel channel={channel} />;
  return <ThreadPanel key={panel.root} channel={channel} root={panel.root} />;
}

export function PanelFrame({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const view = useView();
  return (
    <aside className="panel" aria-label={title}>
      <header className="panel-head">
        <h2>{title}</h2>
        {actions}
        <IconButton icon="close" label={t.common.close} onPress={() => view.setPanel(null)} />
      </header>
      {children}
    </aside>
  );
}
