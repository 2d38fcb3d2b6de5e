import type { ReactNode } from "react";
import { t } from "../../i18n";
import { IconButton } from "../../ui/Button";
import { useView } from "../app/view";

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
