import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { Going } from "../app/Going";
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
    <Going className="offer-note" role="status" testId="offer-note">
      <p>{t.attention.offer}</p>
      <Button size="small" onPress={() => void accept()}>
        {t.attention.turnOn}
      </Button>
      <Button size="small" variant="quiet" onPress={() => offer.decline()}>
        {t.attention.notNow}
      </Button>
    </Going>
  );
}
