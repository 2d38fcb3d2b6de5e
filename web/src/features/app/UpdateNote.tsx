import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { Going } from "./Going";
import { hideUpdate, useWays } from "./install";

/** Nothing is reloaded under anybody's hands. */
export function UpdateNote() {
  if (!useWays().updated) return null;
  return (
    <Going className="offer-note" role="status" testId="update-note">
      <p>{t.app.updated}</p>
      <Button size="small" onPress={() => location.reload()}>
        {t.app.reload}
      </Button>
      <Button size="small" variant="quiet" onPress={hideUpdate}>
        {t.app.later}
      </Button>
    </Going>
  );
}
