import { t } from "../../i18n";
import { Button } from "../../ui/Button";

/** In the place of everything, when there is nothing else to be shown. */
export function Broken() {
  return (
    <div className="broken" role="alert">
      <h1>{t.app.broken}</h1>
      <p>{t.app.brokenHint}</p>
      <Button variant="primary" onPress={() => location.reload()}>
        {t.app.reload}
      </Button>
    </div>
  );
}
