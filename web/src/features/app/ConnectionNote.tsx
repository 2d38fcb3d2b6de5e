import { useEffect, useState } from "react";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { useClient, useSelect } from "./context";

/** Short interruptions are nobody's business. */
const CALM_MS = 1_500;

export function ConnectionNote() {
  const client = useClient();
  const connection = useSelect((state) => state.connection);
  const away = connection.state !== "online";
  const [shown, setShown] = useState(false);
  const [now, setNow] = useState(0);

  useEffect(() => {
    if (!away) return;
    const timer = setTimeout(() => setShown(true), CALM_MS);
    return () => {
      clearTimeout(timer);
      setShown(false);
    };
  }, [away]);

  useEffect(() => {
    if (!shown) return;
    const tick = () => setNow(Date.now());
    const first = setTimeout(tick, 0);
    const timer = setInterval(tick, 1_000);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [shown]);

  if (!shown || !away) return null;
  const seconds =
    connection.state === "waiting" && now > 0 ? Math.max(0, Math.ceil((connection.retryAt - now) / 1000)) : 0;
  return (
    <div className="connection-note" role="status" data-testid="connection-note">
      <p>
        {t.connection.lost}{" "}
        <span aria-hidden="true">
          {seconds > 1 ? t.connection.retryIn(seconds) : t.connection.connecting}
        </span>
      </p>
      <Button size="small" variant="quiet" onPress={() => client.retryConnection()}>
        {t.connection.now}
      </Button>
    </div>
  );
}
