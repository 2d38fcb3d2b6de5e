import { t } from "../../i18n";
import { Badge } from "../../ui/bits";
import { Icon } from "../../ui/Icon";
import { useSelect } from "../app/context";
import { useView } from "../app/view";

/** In the sidebar of those who see to what is reported. */
export function ReportsRow() {
  const view = useView();
  const open = useSelect((state) => state.reports?.open ?? null);
  if (open === null) return null;
  return (
    <button
      type="button"
      className="reports-row"
      data-waiting={open > 0 || undefined}
      data-testid="reports-row"
      onClick={() => view.openDialog({ kind: "reports" })}
    >
      <Icon name="flag" />
      <span className="truncate">{t.nav.reports}</span>
      <Badge count={open} loud label={t.nav.openReports(open)} />
    </button>
  );
}
