import { t } from "../i18n";
import { Button } from "./Button";
import { isGone } from "./later";

/** In the place of a part that could not be loaded, or that has a fault. */
export function Failed({ onRetry }: { onRetry: () => void }) {
  const gone = isGone();
  return (
    <div className="failed" role="alert">
      <p>{gone ? t.app.updated : t.app.partFailed}</p>
      <Button onPress={gone ? () => location.reload() : onRetry}>
        {gone ? t.app.reload : t.common.retry}
      </Button>
    </div>
  );
}
