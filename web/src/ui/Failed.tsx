import { t } from "../i18n";
import { Button } from "./Button";

/** In the place of a part that could not be loaded, or that has a fault. */
export function Failed({ onRetry }: { onRetry: () => void }) {
  return (
    <div className="failed" role="alert">
      <p>{t.app.partFailed}</p>
      <Button onPress={onRetry}>{t.common.retry}</Button>
    </div>
  );
}
