// Whether this device is told while no window is open.

import { useEffect, useState } from "react";
import { notifyTexts } from "../../i18n/notify";
import { Toggle } from "../../ui/Toggle";
import { useClient, useMe } from "../app/context";
import { usePermission } from "../attention/permission";
import { pushKey, pushOwner, turnPushOff, turnPushOn } from "../attention/push";

export function PushSettings() {
  const client = useClient();
  const me = useMe();
  const permission = usePermission();
  const [key, setKey] = useState<string | null>(null);
  const [on, setOn] = useState(() => pushOwner.get() !== null && pushOwner.get() === me?.id);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    let wanted = true;
    pushKey()
      .then((found) => wanted && setKey(found))
      .catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, []);
  if (key === null || !me) return null;
  const texts = notifyTexts();
  const change = async (wish: boolean) => {
    setBusy(true);
    try {
      if (wish) {
        const done = await turnPushOn(me.id, key);
        setOn(done);
        if (!done) client.notices.show(texts.closedFailed);
      } else {
        await turnPushOff();
        setOn(false);
      }
    } catch (error) {
      client.actions.failed(error);
    }
    setBusy(false);
  };
  return (
    <Toggle
      label={texts.closed}
      hint={texts.closedHint}
      value={on && permission === "granted"}
      isDisabled={busy || permission === "denied"}
      onChange={(wish) => void change(wish)}
    />
  );
}
