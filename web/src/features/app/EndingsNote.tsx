import { useSyncExternalStore } from "react";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { useClient, useMe } from "./context";

/** Out of which channels the person was taken, until that is put away: they may have looked elsewhere. */
export function EndingsNote() {
  const { endings } = useClient();
  const me = useMe();
  const list = useSyncExternalStore(endings.subscribe, endings.get);
  return list
    .filter(({ user }) => user === me?.id)
    .map(({ channel, name, banned }) => (
      <div key={channel} className="offer-note" role="status" data-testid="ending-note">
        <p>{banned ? t.entering.banned(name) : t.entering.left(name)}</p>
        <Button size="small" variant="quiet" onPress={() => endings.close(channel)}>
          {t.common.dismiss}
        </Button>
      </div>
    ));
}
