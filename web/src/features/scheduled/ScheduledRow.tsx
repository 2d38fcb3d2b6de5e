import { scheduledTexts } from "../../i18n/scheduled";
import { Badge } from "../../ui/bits";
import { Icon } from "../../ui/Icon";
import { useSelect } from "../app/context";
import { useView } from "../app/view";

/** In the sidebar while anything is to be sent later. */
export default function ScheduledRow() {
  const view = useView();
  const texts = scheduledTexts();
  const { byId } = useSelect((state) => state.scheduled);
  const items = Object.values(byId);
  return (
    <button
      type="button"
      className="reports-row"
      data-testid="scheduled-row"
      aria-pressed={view.panel?.kind === "scheduled"}
      onClick={() => {
        view.setPanel(view.panel?.kind === "scheduled" ? null : { kind: "scheduled" });
        view.setDrawer(false);
      }}
    >
      <Icon name="clock" />
      <span className="truncate">{texts.title}</span>
      <Badge
        count={items.length}
        loud={items.some(({ failed }) => failed)}
        label={texts.count(items.length)}
      />
    </button>
  );
}
