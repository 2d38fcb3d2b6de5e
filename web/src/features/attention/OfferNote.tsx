import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { offer, useOffer } from "./offer";
import { askPermission } from "./permission";
import { attentionSettings } from "./settings";

export function OfferNote() {
  if (!useOffer()) return null;
  const accept = async () => {
    attentionSettings.change((known) => ({ ...known, desktop: true }));
    await askPermission();
    offer.close();
  };
  return (
    <div className="offer-note" role="status" data-testid="offer-note">
      <p>{t.attention.offer}</p>
      <Button size="small" onPress={() => void accept()}>
        {t.attention.turnOn}
      </Button>
      <Button size="small" variant="quiet" onPress={() => offer.decline()}>
        {t.attention.notNow}
      </Button>
    </div>
  );
}
