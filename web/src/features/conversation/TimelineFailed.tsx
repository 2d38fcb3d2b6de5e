import { t } from "../../i18n";
import { Button } from "../../ui/Button";

/** In the place of a conversation or a thread that could not be loaded. */
export function TimelineFailed({ onRetry }: { onRetry: () => void }) {
  return (
    <div className="timeline timeline-failed">
      <p>{t.timeline.failed}</p>
      <Button onPress={onRetry}>{t.common.retry}</Button>
    </div>
  );
}
