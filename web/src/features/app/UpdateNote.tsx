import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { hideUpdate, useWays } from "./install";

/** Nothing is reloaded under anybody's hands. */
export function UpdateNote() {
  if (!useWays().updated) return null;
  return (
    <div className="offer-note" role="status" data-testid="update-note">
      <p>{t.app.updated}</p>
      <Button size="small" onPress={() => location.reload()}>
        {t.app.reload}
      </Button>
      <Button size="small" variant="quiet" onPress={hideUpdate}>
        {t.app.later}
      </Button>
    </div>
  );
}
