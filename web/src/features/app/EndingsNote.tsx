import { useSyncExternalStore } from "react";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { useClient, useMe } from "./context";
import { Going } from "./Going";

/** Out of which channels the person was taken, until that is put away: they may have looked elsewhere. */
export function EndingsNote() {
  const { endings } = useClient();
  const me = useMe();
  const list = useSyncExternalStore(endings.subscribe, endings.get);
  return list
    .filter(({ user }) => user === me?.id)
    .map(({ channel, name, banned, by, reason }) => (
      <Going key={channel} className="offer-note" role="status" testId="ending-note">
        <p>
          {said(name, banned, by)}
          {reason ? ` ${t.entering.because(reason)}` : null}
        </p>
        <Button size="small" variant="quiet" onPress={() => endings.close(channel)}>
          {t.common.dismiss}
        </Button>
      </Going>
    ));
}

function said(name: string, banned: boolean, by: string | undefined): string {
  if (banned) return by ? t.entering.bannedBy(name, by) : t.entering.banned(name);
  return by ? t.entering.removedBy(name, by) : t.entering.left(name);
}
